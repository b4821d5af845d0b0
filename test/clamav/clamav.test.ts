import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clamavCheck } from '../../src/clamav.ts'
import type { Check, CheckedUpload } from '../../src/clamav.ts'
import { isUploadError, MiB } from '../../src/index.ts'
import { clamd, startClamd } from './clamd.ts'
import type { ClamdProcess } from './clamd.ts'
import { EICAR } from './eicar.ts'

const eicar = Buffer.from(EICAR, 'latin1')

function upload(bytes: Uint8Array, beforeChunk: (start: number) => Promise<void> | void = () => {}): CheckedUpload {
  return {
    filename: 'letter.txt',
    type: 'text/plain',
    size: bytes.length,
    async *stream() {
      for (let start = 0; start < bytes.length; start += 65_536) {
        await beforeChunk(start)
        yield bytes.subarray(start, start + 65_536)
      }
    },
  }
}

/** `passed`, or the sentence that the file is refused with. */
async function outcome(check: Check, file: CheckedUpload): Promise<string> {
  try {
    await check(file)
    return 'passed'
  } catch (error) {
    if (!isUploadError(error)) throw error
    return error.message
  }
}

const FOUND = expect.stringMatching(/^"letter\.txt" was refused: ClamAV found Eicar-Test-\S+ in it\.$/)
const UNAVAILABLE = expect.stringContaining('could not be checked just now')

describe.skipIf(clamd === undefined)('with a real clamd', () => {
  let daemon: ClamdProcess
  beforeAll(async () => {
    daemon = await startClamd('StreamMaxLength 100M')
  })
  afterAll(async () => await daemon[Symbol.asyncDispose]())

  describe.each(['a Unix socket', 'TCP'])('over %s', (way) => {
    const check: Check = async (file) =>
      await clamavCheck(way === 'TCP' ? { port: daemon.port } : { socket: daemon.socket })(file)

    test('clean files pass: an empty one, a small one, one of 20 MB', async () => {
      for (const size of [0, 1, 20_000_000]) expect(await outcome(check, upload(randomBytes(size)))).toBe('passed')
    })

    test('EICAR is refused, by itself, at either end of a large file, across two chunks, and inside of an archive', async () => {
      const large = randomBytes(5_000_000)
      const files = [
        eicar,
        Buffer.concat([eicar, large]),
        Buffer.concat([large, eicar]),
        Buffer.concat([large.subarray(0, 65_500), eicar, large]),
        gzipSync(eicar),
      ]
      for (const file of files) expect(await outcome(check, upload(file))).toEqual(FOUND)
    })

    test('twenty files at once each get their own verdict', async () => {
      const files = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? eicar : randomBytes(300_000)))
      const outcomes = await Promise.all(files.map(async (file) => await outcome(check, upload(file))))
      expect(outcomes).toEqual(files.map((file) => (file === eicar ? FOUND : 'passed')))
    })
  })

  test('nothing passes when clamd is killed, before a file or in the middle of one', async () => {
    await using other = await startClamd('StreamMaxLength 100M')
    const checks = [clamavCheck({ socket: other.socket }), clamavCheck({ port: other.port })]
    const [first, second] = checks
    if (first === undefined || second === undefined) throw new TypeError('There are two')
    expect(await outcome(first, upload(Buffer.from('good')))).toBe('passed')
    const killing = upload(randomBytes(5 * MiB), async (start) => {
      if (start === 4 * MiB) await other.kill()
    })
    expect(await outcome(second, killing)).toEqual(UNAVAILABLE)
    for (const check of checks) expect(await outcome(check, upload(Buffer.from('good')))).toEqual(UNAVAILABLE)
  })

  test('nothing passes that is larger than clamd takes', async () => {
    await using small = await startClamd('StreamMaxLength 1M')
    const check = clamavCheck({ port: small.port, onUnavailable: 'accept' })
    expect(await outcome(check, upload(randomBytes(MiB)))).toBe('passed')
    const refused = expect.stringContaining('too large to be scanned for viruses')
    expect(await outcome(check, upload(randomBytes(MiB + 1)))).toEqual(refused)
    // clamd hangs up on it while more is sent: its answer is heard nevertheless, each time.
    const large = upload(randomBytes(20 * MiB), async () => await setImmediate())
    for (let round = 0; round < 20; round++) expect(await outcome(check, large)).toEqual(refused)
  })

  test('a file beyond its MaxFileSize, which clamd would call clean unseen, is stopped by maxStreamSize', async () => {
    await using lazy = await startClamd('StreamMaxLength 100M', 'MaxFileSize 1M', 'MaxScanSize 1M')
    const file = upload(Buffer.concat([eicar, randomBytes(2 * MiB)]))
    // This is why the option is there: the day that it fails, clamd has learnt better.
    expect(await outcome(clamavCheck({ socket: lazy.socket }), file)).toBe('passed')
    const check = clamavCheck({ socket: lazy.socket, maxStreamSize: MiB })
    expect(await outcome(check, file)).toContain('only files of up to 1 MiB can be scanned')
    expect(await outcome(check, upload(eicar))).toEqual(FOUND)
  })
})
