// Sends each request of stdin, a JSON list, with a run of wget. Prints a JSON list of answers.
import { spawnSync } from 'node:child_process'
import { argv } from 'node:process'
import { json } from 'node:stream/consumers'

function bodyOf({ fields = [], body }) {
  return body === undefined ? `--body-data=${new URLSearchParams(fields)}` : `--body-file=${body}`
}

function send(request) {
  const { status, stdout, stderr } = spawnSync(
    argv[2],
    [
      '--no-config',
      // Otherwise wget decodes the URL before it encodes it again, and %2541 becomes A.
      '--no-iri',
      '--tries=1',
      '--no-verbose',
      '--server-response',
      '--content-on-error',
      '--output-document=-',
      ...Object.entries(request.headers ?? {}).map(([name, value]) => `--header=${name}: ${value}`),
      `--method=${request.method}`,
      bodyOf(request),
      request.url,
    ],
    { encoding: 'utf8' },
  )
  const [, code] = /^ *HTTP\/1\.1 (\d{3})/m.exec(stderr) ?? []
  return code === undefined ? { error: `${status}: ${stderr}` } : { status: Number(code), text: stdout }
}

console.log(JSON.stringify((await json(process.stdin)).map(send)))
