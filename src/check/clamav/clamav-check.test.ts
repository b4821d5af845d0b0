import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toProblem } from '../../errors/problem.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import type { Check, CheckedUpload } from '../../policy/check.ts'
import { clamavCheck } from './clamav-check.ts'
import type { ClamavCheckOptions } from './clamav-check.ts'
import { scriptedClamd } from './fixtures/scripted-clamd.ts'
import { textUpload, upload } from './fixtures/upload.ts'

const FOUND = 'stream: Eicar-Test-Signature FOUND\0'
const OK = 'stream: OK\0'

/** The refusal of a check; it fails the test that there is none. */
async function refusalOf(check: Check, file: CheckedUpload): Promise<AnyUploadError> {
  const result = await Promise.resolve(check(file)).catch((error: unknown) => error)
  if (!isUploadError(result)) throw new Error('The file was not refused', { cause: result })
  return result
}

/** A port without a listener. */
async function closedPort(): Promise<number> {
  const clamd = await scriptedClamd(async () => {})
  await clamd.close()
  return clamd.port
}

describe('a file that clamd calls clean', () => {
  test('passes, and clamd has got every byte of it, in chunks of the size it was told', async () => {
    const sizes: number[] = []
    const seen: Buffer[] = []
    await using clamd = await scriptedClamd(async (conversation) => {
      expect(await conversation.command()).toBe('zINSTREAM\0')
      for (let chunk = await conversation.chunk(); chunk.length > 0; chunk = await conversation.chunk()) {
        sizes.push(chunk.length)
        seen.push(chunk)
      }
      conversation.answer(OK)
    })
    const bytes = crypto.getRandomValues(new Uint8Array(2500))
    // A chunk of no bytes would end the stream for clamd, and the rest would be taken unseen.
    const chunks = [bytes.subarray(0, 0), bytes.subarray(0, 2400), bytes.subarray(0, 0), bytes.subarray(2400)]
    await clamavCheck({ port: clamd.port, chunkSize: 1000 })(upload(chunks, { size: 2500 }))
    expect(Buffer.concat(seen)).toEqual(Buffer.from(bytes))
    expect(sizes).toEqual([1000, 1000, 400, 100])
    await clamd.idle()
  })

  test('passes when it is empty', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      expect(await conversation.file()).toHaveLength(0)
      conversation.answer(OK)
    })
    await clamavCheck({ port: clamd.port })(upload([], { size: 0 }))
  })

  test('passes when it is exactly as large as may be scanned', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      conversation.answer(OK)
    })
    await clamavCheck({ port: clamd.port, maxStreamSize: 4 })(textUpload('good'))
  })

  test('passes when the answer comes byte by byte', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      conversation.socket.setNoDelay(true)
      for (const character of OK) await new Promise((sent) => conversation.socket.write(character, sent))
    })
    await clamavCheck({ port: clamd.port })(textUpload('good'))
  })

  test('may come from a source that uses one buffer again and again', async () => {
    let seen: Buffer = Buffer.alloc(0)
    await using clamd = await scriptedClamd(async (conversation) => {
      seen = await conversation.file()
      conversation.answer(OK)
    })
    function* chunks(): Generator<Uint8Array> {
      const buffer = new Uint8Array(200_000)
      for (let round = 0; round < 20; round++) yield buffer.fill(round)
    }
    await clamavCheck({ port: clamd.port })(upload(chunks(), { size: 4_000_000 }))
    for (let round = 0; round < 20; round++) {
      expect(seen.subarray(round * 200_000, (round + 1) * 200_000).every((byte) => byte === round)).toBe(true)
    }
  })

  test('is sent over a Unix socket if one is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'decant-clamav-'))
    const path = join(folder, 'clamd.ctl')
    try {
      await using clamd = await scriptedClamd(
        async (conversation) => {
          const file = await conversation.file()
          conversation.answer(file.includes('bad') ? FOUND : OK)
        },
        { path },
      )
      await clamavCheck({ socket: path })(textUpload('good'))
      expect((await refusalOf(clamavCheck({ socket: path }), textUpload('bad'))).code).toBe('content-refused')
      expect(clamd.connections).toBe(2)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('a file that clamd finds something in', () => {
  test('is refused with the name of what was found', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      conversation.answer(FOUND)
    })
    const refusal = await refusalOf(clamavCheck({ port: clamd.port }), textUpload('bad', { filename: 'bad.txt' }))
    expect(toProblem(refusal)).toMatchObject({
      status: 422,
      code: 'content-refused',
      filename: 'bad.txt',
      detail: '"bad.txt" was refused: ClamAV found Eicar-Test-Signature in it.',
    })
  })

  test('is refused as soon as clamd says so, and the rest of it is not read', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      await conversation.chunk()
      conversation.socket.write(FOUND)
    })
    function* endless(): Generator<Uint8Array> {
      for (;;) yield new Uint8Array(1000)
    }
    const file = upload(endless(), { size: 2 ** 20 })
    expect((await refusalOf(clamavCheck({ port: clamd.port }), file)).code).toBe('content-refused')
    await file.closed
    await clamd.idle()
  })

  test('is refused when it is larger than clamd takes, told in the middle of it', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      await conversation.chunk()
      conversation.answer('INSTREAM size limit exceeded. ERROR\0')
    })
    const check = clamavCheck({ port: clamd.port, chunkSize: 10, onUnavailable: 'accept' })
    const refusal = await refusalOf(check, textUpload('x'.repeat(100)))
    expect(refusal.message).toBe('"letter.txt" was refused: it is too large to be scanned for viruses.')
  })

  test.each(['the next bytes', 'the end'])('is refused even if clamd has hung up before %s of it', async (next) => {
    const hungUp = Promise.withResolvers<void>()
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      await conversation.chunk()
      await new Promise((sent) => conversation.socket.write('INSTREAM size limit exceeded. ERROR\0', sent))
      conversation.socket.resetAndDestroy()
      // The writes that follow meet a connection that is closed, and whose answer is not read yet.
      hungUp.resolve()
    })
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10)
      await hungUp.promise
      for (let left = next === 'the end' ? 0 : Infinity; left > 0; left--) yield new Uint8Array(10)
    }
    const refusal = await refusalOf(clamavCheck({ port: clamd.port }), upload(chunks(), { size: 2 ** 20 }))
    expect(refusal.message).toBe('"letter.txt" was refused: it is too large to be scanned for viruses.')
    await clamd.idle()
  })

  test('is refused if it is larger than clamd scans, before clamd is asked', async () => {
    await using clamd = await scriptedClamd(async () => {})
    const file = upload([], { size: 1025 })
    const check = clamavCheck({ port: clamd.port, maxStreamSize: 1024, onUnavailable: 'accept' })
    const refusal = await refusalOf(check, file)
    expect(refusal.message).toBe('"letter.txt" was refused: only files of up to 1 KiB can be scanned for viruses.')
    expect([clamd.connections, file.opened]).toEqual([0, 0])
  })
})

describe('while there is no clamd', () => {
  test('nothing passes, nothing of the file is read, and the client learns no address', async () => {
    const port = await closedPort()
    const file = textUpload('good')
    const refusal = await refusalOf(clamavCheck({ port }), file)
    expect(refusal).toMatchObject({
      code: 'check-unavailable',
      status: 503,
      cause: { cause: { code: 'ECONNREFUSED' } },
    })
    expect(JSON.stringify(toProblem(refusal))).not.toMatch(/127\.0\.0\.1|ECONN|clamd/)
    expect(file.opened).toBe(0)
  })

  test('the same holds for a Unix socket that is not there', async () => {
    const refusal = await refusalOf(
      clamavCheck({ socket: join(tmpdir(), 'decant-no-such-socket') }),
      textUpload('good'),
    )
    expect(refusal).toMatchObject({ code: 'check-unavailable', cause: { cause: { code: 'ENOENT' } } })
    expect(JSON.stringify(toProblem(refusal))).not.toContain('decant-no-such-socket')
  })

  test('files pass if the developer said so', async () => {
    await clamavCheck({ port: await closedPort(), onUnavailable: 'accept' })(textUpload('good'))
  })

  test('but not one that clamd broke down on, since that may be its own doing', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      conversation.socket.resetAndDestroy()
    })
    const check = clamavCheck({ port: clamd.port, onUnavailable: 'accept' })
    expect((await refusalOf(check, textUpload('bad'))).code).toBe('check-unavailable')
  })
})

describe('clamavCheck is a TypeError', () => {
  test.each<ClamavCheckOptions>([
    { socket: '/run/clamd', port: 3310 },
    { socket: '/run/clamd', host: 'localhost' },
    { socket: '' },
    { port: 0 },
    { port: 65_536 },
    { port: 1.5 },
    { timeoutMs: 0 },
    { timeoutMs: Infinity },
    { timeoutMs: 2 ** 31 },
    { chunkSize: 0 },
    { chunkSize: 2 ** 32 },
    { maxStreamSize: -1 },
    { maxStreamSize: Number.NaN },
  ])('for %o', (options) => {
    expect(() => clamavCheck(options)).toThrow(TypeError)
  })
})
