import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { run } from '../cli/decant-process.ts'
import { s3Test } from './s3-test.ts'
import { bucketUrl, credentialsOf, serveBucket } from './serve-bucket.ts'

interface ListedFile {
  readonly filename: string
  readonly key: string
  readonly url: string
}

interface FileList {
  readonly files: readonly ListedFile[]
}

/** A start that cannot succeed. */
interface WrongStart {
  readonly fault: string
  readonly bucket?: string
  readonly variables?: Readonly<Record<string, string>>
  /** Part of the message. */
  readonly sentence: string
}

async function post(origin: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<ListedFile> {
  const body = new FormData()
  body.append('file', new File([bytes], name))
  const answer = await fetch(`${origin}/uploads`, { method: 'POST', body })
  const { files }: FileList = await answer.json()
  const [file] = files
  if (file === undefined) throw new Error(`The file was not stored: ${answer.status}`)
  return file
}

async function listed(origin: string): Promise<readonly ListedFile[]> {
  const { files }: FileList = await (await fetch(`${origin}/uploads`)).json()
  return files
}

function bytesOf(size: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, index) => (index * 7 + seed) % 251)
}

describe('decant serve with a bucket', () => {
  s3Test('reports the bucket and the engine at its start, and no secret', async ({ bucket }) => {
    await using decant = await serveBucket(bucket)

    expect(decant.ready).toMatchObject({ bucket: `s3://${bucket.name}/drop`, endpoint: bucket.engine.endpoint })
    expect(decant.ready).not.toHaveProperty('folder')
    expect(JSON.stringify(decant.ready)).not.toContain(bucket.engine.credentials.secretAccessKey)
    expect(decant.stderr()).toBe('')
  })

  s3Test('is one server with others of the same bucket, whichever of their workers answers', async ({ bucket }) => {
    await using one = await serveBucket(bucket, ['--workers=2'])
    await using other = await serveBucket(bucket)
    const origins = [one.ready.url, other.ready.url]
    const names: string[] = []
    for (let number = 0; number < 6; number++) {
      const bytes = bytesOf(50_000 + number, number)
      const { key } = await post(origins[number % 2] ?? '', `file ${number}.bin`, bytes)
      bucket.acknowledge(`drop/${key}`, bytes)
      names.unshift(`file ${number}.bin`)
    }

    for (const origin of origins) {
      const files = await listed(origin)
      expect(files.map(({ filename }) => filename)).toEqual(names)
      for (const [index, { url }] of files.entries()) {
        const number = files.length - 1 - index
        const answer = await fetch(origin + url)
        expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytesOf(50_000 + number, number))
      }
    }
  })

  s3Test('takes no file by PUT, and says how files are sent', async ({ bucket }) => {
    await using decant = await serveBucket(bucket)
    const put = async (path: string): Promise<Response> => fetch(decant.ready.url + path, { method: 'PUT', body: 'a' })
    const refused = await put('/uploads/a.txt')

    expect(refused.status).toBe(405)
    expect(refused.headers.get('allow')).not.toContain('PUT')
    expect(await (await put('/a.txt')).text()).toContain('Post files to /uploads.')
    expect(await listed(decant.ready.url)).toEqual([])
  })

  s3Test('keeps the name of a file that its key does not tell, and deletes it', async ({ bucket }) => {
    await using decant = await serveBucket(bucket, ['--digest=sha-256'])
    const bytes = bytesOf(1000, 1)
    const { key, url } = await post(decant.ready.url, 'a<b>.bin', bytes)
    bucket.acknowledge(`drop/${key}`, bytes)

    expect(key).toMatch(/^[0-9a-f]{32}-r\/[^/]+\.bin$/)
    expect(await listed(decant.ready.url)).toMatchObject([
      { filename: 'a<b>.bin', digest: expect.stringMatching(/^sha-256=:/) },
    ])
    const answer = await fetch(`${decant.ready.url}${url}?download`)
    expect(answer.headers.get('content-disposition')).toContain('filename="a<b>.bin"')
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes)
    bucket.forget(`drop/${key}`)
    expect((await fetch(decant.ready.url + url, { method: 'DELETE' })).status).toBe(204)
    expect(await listed(decant.ready.url)).toEqual([])
  })
})

describe('decant serve ends at its start with exit code 1, and one line that says what to do,', () => {
  const faults: readonly WrongStart[] = [
    { fault: 'the bucket is not there', bucket: 'decant-nowhere', sentence: 'There is no such bucket: check its name' },
    {
      fault: 'the secret is wrong',
      variables: { AWS_SECRET_ACCESS_KEY: 'sw0rdfish' },
      sentence: 'check AWS_SECRET_ACCESS_KEY',
    },
    {
      fault: 'the access key is not known',
      variables: { AWS_ACCESS_KEY_ID: 'sw0rdfish' },
      sentence: 'check AWS_ACCESS_KEY_ID',
    },
  ]

  s3Test.for(faults)('if $fault', async ({ bucket: other, variables = {}, sentence }, { bucket }) => {
    const url = bucketUrl(other ?? bucket.name, bucket.engine)
    const env = { ...credentialsOf(bucket.engine), ...variables }
    const { code, stdout, stderr } = await run(['serve', `--storage=${url}`, '--port=0'], { env })

    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^decant: files cannot be kept in s3:\/\/[^\n]*\n$/)
    expect(stderr).toContain(sentence)
    expect(stderr).not.toMatch(/sw0rdfish/)
    expect(stderr).not.toContain(bucket.engine.credentials.secretAccessKey)
  })

  test('if the engine is down', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.close()
    const { code, stderr } = await run(
      ['serve', `--storage=s3://inbox?endpoint=http://127.0.0.1:${port}`, '--port=0'],
      {
        env: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'sw0rdfish' },
      },
    )

    expect(code).toBe(1)
    expect(stderr).toMatch(/^decant: files cannot be kept in s3:\/\/inbox: [^\n]*ECONNREFUSED[^\n]*\n$/)
    expect(stderr).not.toContain('sw0rdfish')
  })
})
