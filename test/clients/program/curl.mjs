// Sends the requests of stdin, a JSON list, with one run of curl. Prints a JSON list of answers.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { json } from 'node:stream/consumers'

const requests = await json(process.stdin)
const folder = mkdtempSync(join(tmpdir(), 'curl-'))
const quoted = (text) => `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`

function bodyOf({ method, fields = [], files = [], body }) {
  if (body !== undefined) {
    return method === 'PUT' ? ['--upload-file', body] : ['--request', method, '--data-binary', `@${body}`]
  }
  if (files.length === 0)
    return fields.flatMap(([name, value]) => ['--data-urlencode', `${encodeURIComponent(name)}=${value}`])
  return [
    ...fields.flatMap(([name, value]) => ['--form-string', `${name}=${value}`]),
    ...files.flatMap(({ field, filename, type, path }) => [
      '--form',
      `${field}=@${quoted(path)};filename=${quoted(filename)};type=${type}`,
    ]),
  ]
}

const typed = requests.flatMap((request, index) => [
  ...(index === 0 ? [] : ['--next']),
  '--silent',
  '--show-error',
  '--output',
  join(folder, String(index)),
  '--write-out',
  '%{http_code}\n',
  ...Object.entries(request.headers ?? {}).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ...bodyOf(request),
  request.url,
])
const { stdout, stderr } = spawnSync(argv[2], ['--disable', ...typed], { encoding: 'utf8' })
const statuses = stdout.trim().split('\n').map(Number)
const answers = requests.map((_, index) => {
  const status = statuses[index]
  return status ? { status, text: readFileSync(join(folder, String(index)), 'utf8') } : { error: stderr }
})
rmSync(folder, { recursive: true })
console.log(JSON.stringify(answers))
