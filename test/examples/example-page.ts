import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples')

/** The steps of an example's page for a reader without any of it. */
export interface ExamplePage {
  readonly folder: string
  /** The files that are copied; undefined if it is the whole folder. */
  readonly files: readonly string[] | undefined
  /** Commands of a shell, in their order. */
  readonly steps: readonly string[]
  /** The request that is then sent to the server. */
  readonly requests: readonly ExampleRequest[]
}

/** A form that `curl` sends. */
interface ExampleRequest {
  readonly command: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly path: string
  /** The result, as its comment says. */
  readonly status: number | undefined
}

export async function readExamplePage(name: string): Promise<ExamplePage> {
  const folder = join(EXAMPLES, name)
  const page = await readFile(join(folder, 'README.md'), 'utf8')
  const [first = '', ...others] = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  const steps = first.split('\n').flatMap((line) => withoutComment(line).split('&&'))
  const lines = others.flatMap((block) => block.trim().split('\n'))
  const links = [...page.matchAll(/\[`[^`]+`\]\(([\w.-]+)\)/g)].map(([, file = '']) => file)
  return {
    folder,
    files: page.includes('Copy this folder, and in it:') ? undefined : [...new Set(links)],
    steps: steps.map((step) => step.trim()).filter((step) => step !== ''),
    requests: lines.map(parseRequest),
  }
}

/** @throws {TypeError} for a form of curl that it does not know: then it has to be tried in another way. */
function parseRequest(line: string): ExampleRequest {
  const command = withoutComment(line)
  const [program, ...args] = command.split(' ')
  const path = /^http:\/\/127\.0\.0\.1:3000(\/.*)$/.exec(args.pop() ?? '')?.[1]
  const pairs = args.filter((_, index) => index % 2 === 1).map((field) => /^(\w+)=(.*)$/.exec(field))
  const fields = pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? ''] as const)
  const areForms = args.every((arg, index) => index % 2 === 1 || arg === '-F') && fields.every(([name]) => name !== '')
  if (program !== 'curl' || path === undefined || fields.length === 0 || !areForms) {
    throw new TypeError(`This command is not tried: ${command}`)
  }
  const status = /# .*\b([2-5]\d\d)\b/.exec(line)?.[1]
  return { command, fields, path, status: status === undefined ? undefined : Number(status) }
}

function withoutComment(line: string): string {
  return line.replace(/\s+#.*$/, '').trim()
}
