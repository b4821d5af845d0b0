import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect } from 'vitest'
import { request } from '../cli/client.ts'
import type { Answer, ClientOptions } from '../cli/client.ts'
import { firstLine, processOf, spawnDecant, temporaryFolder } from '../cli/decant-process.ts'
import { encodedForm } from '../endurance/encoded-form.ts'
import { nginx, startNginx } from '../proxy/nginx.ts'
import { s3Test } from './s3-test.ts'
import type { TestBucket } from './test-bucket.ts'

const PREFIX = 'shop/inbox'
const PROCESSES = 3
const CLIENTS = 2
/** Bytes of the files of each client: none, a few, those of a part and more, several parts. */
const SIZES = [0, 1, 100_000, 9_000_000, 17_000_000]

interface Site extends AsyncDisposable {
  /** The ports of the processes. */
  readonly ports: readonly number[]
  /** The processes that have answered so far. */
  readonly answered: ReadonlySet<string>
  /** A request through nginx, which gives each one to the next process. */
  ask(target: string, options?: ClientOptions): Promise<Answer>
}

/** Three `decant serve` of one bucket behind one nginx. */
async function openSite({ name, engine }: TestBucket): Promise<Site> {
  await using started = new AsyncDisposableStack()
  const { endpoint, region, credentials } = engine
  const storage = `s3://${name}/${PREFIX}?${new URLSearchParams({ endpoint, region }).toString()}`
  const env = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }
  const auth = join(started.use(temporaryFolder()).path, 'auth')
  writeFileSync(auth, '* upload,list,fetch,delete\n', { mode: 0o600 })
  const typed = [
    'serve',
    `--storage=${storage}`,
    '--port=0',
    '--json',
    '--trust-proxy=loopback',
    '--hosts=files.example',
    `--auth=${auth}`,
  ]
  const starting = Array.from({ length: PROCESSES }, async () => {
    const child = spawnDecant(typed, { env })
    started.use(processOf(child))
    const { url }: { url: string } = JSON.parse(await firstLine(child))
    return Number(new URL(url).port)
  })
  const ports = await Promise.all(starting)
  const proxy = started.use(
    await startNginx({
      http: [`upstream decant { ${ports.map((port) => `server 127.0.0.1:${port};`).join(' ')} keepalive 64; }`],
      server: [
        'client_max_body_size 0;',
        'location / {',
        'proxy_pass http://decant; proxy_http_version 1.1; proxy_set_header Connection "";',
        'proxy_request_buffering off; proxy_buffering off;',
        'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
        'proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;',
        'proxy_set_header X-Forwarded-Prefix "";',
        'add_header X-Process $upstream_addr;',
        '}',
      ],
    }),
  )
  const answered = new Set<string>()
  const running = started.move()
  return {
    ports,
    answered,
    async ask(target, options = {}) {
      const headers = { host: `files.example:${proxy.port}`, ...options.headers }
      const answer = await request(proxy.port, target, { ...options, headers })
      answered.add(String(answer.headers['x-process']))
      return answer
    },
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  }
}

interface Upload {
  readonly url: string
  readonly bytes: Buffer
}

/** Sends files one by one and in a form, and notes what was acknowledged. */
async function uploadAll(site: Site, bucket: TestBucket, label: string): Promise<readonly Upload[]> {
  const contents = SIZES.map((size) => ({ filename: `${label}-${size}.bin`, bytes: randomBytes(size) }))
  const files = contents.map(({ filename, bytes }) => ({ name: 'file', filename, content: bytes }))
  const { contentType, body } = await encodedForm(files)
  const answers = [
    ...(await Promise.all(
      contents.map(({ filename, bytes }) =>
        site.ask('/uploads', {
          headers: {
            'content-disposition': `attachment; filename="${filename}"`,
            'content-length': String(bytes.length),
          },
          body: bytes,
        }),
      ),
    )),
    await site.ask('/uploads', {
      headers: { 'content-type': contentType, 'content-length': String(body.length) },
      body,
    }),
  ]
  return answers.flatMap(({ status, text }) => {
    expect(status, text).toBe(201)
    const { files: stored }: { files: { key: string; url: string }[] } = JSON.parse(text)
    return stored.map(({ key, url }) => {
      const { bytes = Buffer.alloc(0) } = contents.find(({ filename }) => filename === basename(key)) ?? {}
      bucket.acknowledge(`${PREFIX}/${key}`, bytes)
      return { url, bytes }
    })
  })
}

/** The URLs of all pages of a list, each page asked of the next process. */
async function list(ask: (target: string) => Promise<Answer>): Promise<readonly string[]> {
  const urls: string[] = []
  let target: string | undefined = '/uploads?limit=7'
  while (target !== undefined) {
    const { status, text } = await ask(target)
    expect(status, text).toBe(200)
    const page: { files: { url: string }[]; next?: string } = JSON.parse(text)
    urls.push(...page.files.map(({ url }) => url))
    target = page.next
  }
  return urls
}

describe.runIf(nginx !== undefined)('three processes of one bucket behind nginx', () => {
  s3Test(
    'are one server to clients that reach another process with every request',
    { timeout: 240_000 },
    async ({ bucket }) => {
      await using site = await openSite(bucket)
      const clients = Array.from({ length: CLIENTS }, (_, index) => uploadAll(site, bucket, `client-${index}`))
      const uploads = (await Promise.all(clients)).flat()

      const pages = await list((target) => site.ask(target))
      expect(pages.toSorted()).toEqual(uploads.map(({ url }) => url).toSorted())
      for (const port of site.ports) expect(await list((target) => request(port, target))).toEqual(pages)

      for (const { url, bytes } of uploads) {
        const answers = await Promise.all(site.ports.map(() => site.ask(url)))
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
        expect(answers.every((answer) => answer.bytes.equals(bytes))).toBe(true)
        const [etag, ...others] = answers.map(({ headers }) => String(headers.etag))
        expect(others).toEqual([etag, etag])
        const unchanged = await site.ask(url, { headers: { 'if-none-match': etag ?? '' } })
        expect(unchanged.status).toBe(304)
      }

      for (const { url } of uploads.slice(0, 6)) {
        expect((await site.ask(url, { method: 'DELETE' })).status).toBe(204)
        const gone = await Promise.all(site.ports.map((port) => request(port, url)))
        expect(gone.map(({ status }) => status)).toEqual([404, 404, 404])
        bucket.forget(`${PREFIX}${decodeURIComponent(url).slice('/uploads'.length)}`)
      }
      expect(await list((target) => site.ask(target))).toHaveLength(uploads.length - 6)
      expect(site.answered.size).toBe(PROCESSES)
    },
  )
})
