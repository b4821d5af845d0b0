import { readFile } from 'node:fs/promises'

/** A form with one picture, as a browser sends it; `cat.png` is in the folder of the program. */
export async function pictureRequest(url, field, { headers = {}, content, name = 'cat.png' } = {}) {
  const body = new FormData()
  body.append(field, new File([content ?? (await readFile('cat.png'))], name))
  return new Request(url, { method: 'POST', body, headers })
}
