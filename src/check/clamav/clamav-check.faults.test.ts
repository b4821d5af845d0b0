import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isUploadError } from '../../errors/upload-error.ts'
import type { CheckedUpload } from '../../policy/check.ts'
import { clamavCheck } from './clamav-check.ts'
import { scriptedClamd } from './fixtures/scripted-clamd.ts'
import type { Conversation, ScriptedClamd } from './fixtures/scripted-clamd.ts'
import { textUpload, upload } from './fixtures/upload.ts'

const OK = 'stream: OK\0'
const TIMEOUT_MS = 1000

// No test waits for a clock: it sets the clock forward when what the clock is to end has begun.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** The rejection of the check; `passed` if it does not reject. */
async function outcome({ port }: ScriptedClamd, file: CheckedUpload): Promise<unknown> {
  const check = clamavCheck({ port, timeoutMs: TIMEOUT_MS })
  return await Promise.resolve(check(file)).then(
    () => 'passed',
    (error: unknown) => error,
  )
}

async function expectUnavailable(clamd: ScriptedClamd, file: CheckedUpload, cause: RegExp): Promise<void> {
  const error = await outcome(clamd, file)
  if (!isUploadError(error)) throw new Error('The file was not refused', { cause: error })
  expect(error.code).toBe('check-unavailable')
  expect(String(error.cause)).toMatch(cause)
  await clamd.idle()
}

/** More than the buffers of two sockets hold. */
function* endless(): Generator<Uint8Array> {
  for (;;) yield new Uint8Array(65_536)
}

const answering =
  (text: string) =>
  async (conversation: Conversation): Promise<void> => {
    await conversation.file()
    conversation.answer(text)
  }

describe('a file does not pass on a broken answer:', () => {
  test.each([
    'UNKNOWN COMMAND\0',
    'stream: Time limit reached ERROR\0',
    'stream: OK\n\0',
    'stream: OK\0stream: Eicar-Test-Signature FOUND\0',
    'HTTP/1.1 200 OK\r\n\r\n\0',
    '\0',
  ])('%j', async (text) => {
    await using clamd = await scriptedClamd(answering(text))
    await expectUnavailable(clamd, textUpload('good'), /clamd answered "/)
  })

  test.each(Array.from(OK, (_, size) => OK.slice(0, size)))('%j, and then the end', async (text) => {
    await using clamd = await scriptedClamd(answering(text))
    await expectUnavailable(clamd, textUpload('good'), /clamd did not answer/)
  })

  test.each(Array.from(OK, (_, size) => OK.slice(0, size)))('%j, and then a reset', async (text) => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      await new Promise((sent) => conversation.socket.write(text, sent))
      conversation.socket.resetAndDestroy()
    })
    await expectUnavailable(clamd, textUpload('good'), /clamd did not answer/)
  })

  test('one without an end', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      conversation.socket.write('x'.repeat(100_000))
    })
    await expectUnavailable(clamd, textUpload('good'), /clamd answered "x+"/)
  })

  test('an OK before clamd has the whole file', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      await conversation.chunk()
      conversation.socket.write(OK)
    })
    await expectUnavailable(clamd, upload(endless(), { size: 65_536 }), /after a part of them/)
  })

  test.each([3, 5])('an OK for %i bytes of a file of 4', async (length) => {
    await using clamd = await scriptedClamd(answering(OK))
    await expectUnavailable(clamd, upload([new Uint8Array(length)], { size: 4 }), /clean after \d of them/)
  })
})

describe('a clamd that dies gives no verdict, and the file is closed:', () => {
  const deaths: [string, (conversation: Conversation) => void][] = [
    ['the end of the connection', ({ socket }) => socket.end()],
    ['its loss', ({ socket }) => socket.destroy()],
    ['a reset', ({ socket }) => socket.resetAndDestroy()],
  ]

  test.each(deaths)('%s before the command', async (_, die) => {
    await using clamd = await scriptedClamd(async (conversation) => die(conversation))
    await expectUnavailable(clamd, upload(endless(), { size: 1 }), /clamd did not answer/)
  })

  test.each(deaths)('%s in the middle of the file', async (_, die) => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      await conversation.chunk()
      die(conversation)
    })
    const file = upload(endless(), { size: 1 })
    await expectUnavailable(clamd, file, /clamd did not answer/)
    await file.closed
  })

  test('its end of the connection alone, when it takes nothing more either', async () => {
    const file = upload(endless(), { size: 1 })
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      conversation.socket.end()
      await file.closed
    })
    await expectUnavailable(clamd, file, /clamd did not answer/)
  })

  test.each(deaths)('%s instead of an answer', async (_, die) => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      die(conversation)
    })
    await expectUnavailable(clamd, textUpload('good'), /clamd did not answer/)
  })
})

describe('silence ends the wait:', () => {
  test('of a clamd that has all and never answers', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      vi.advanceTimersByTime(TIMEOUT_MS)
    })
    await expectUnavailable(clamd, textUpload('good'), /Nothing moved .* for 1000 ms/)
  })

  test('of a clamd that takes no more of the file, and no more of it is read', async () => {
    const file = upload(endless(), { size: 1 })
    // It takes nothing until the other side has given up.
    await using clamd = await scriptedClamd(async () => await file.closed)
    const result = expectUnavailable(clamd, file, /Nothing moved/)
    // The buffers between the two fill up, and then nothing more is asked for.
    for (let before = -1, idleTurns = 0; idleTurns < 100; before = file.given) {
      await new Promise(setImmediate)
      idleTurns = file.given > 0 && file.given === before ? idleTurns + 1 : 0
    }
    vi.advanceTimersByTime(TIMEOUT_MS)
    await result
    await file.closed
  })

  test('of an answer that drips in', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      conversation.socket.setNoDelay(true)
      const { socket } = conversation
      while (socket.writable) {
        await new Promise((sent) => socket.write('x', sent))
        await new Promise(setImmediate)
        vi.advanceTimersByTime(TIMEOUT_MS / 2)
      }
    })
    await expectUnavailable(clamd, textUpload('good'), /Nothing moved/)
  })

  test('of a source that gives nothing', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      await conversation.chunk()
      vi.advanceTimersByTime(TIMEOUT_MS)
      await conversation.chunk()
    })
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
      await new Promise(() => {})
    }
    await expectUnavailable(clamd, upload(stalling(), { size: 2 }), /Nothing moved/)
  })

  test('but not of a scan that goes on, however long it takes', async () => {
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      vi.advanceTimersByTime(TIMEOUT_MS - 1)
      conversation.answer(OK)
    })
    function* slow(): Generator<Uint8Array> {
      for (let count = 0; count < 10; count++) {
        vi.advanceTimersByTime(TIMEOUT_MS - 1)
        yield new Uint8Array(1)
      }
    }
    expect(await outcome(clamd, upload(slow(), { size: 10 }))).toBe('passed')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a check that is not waited for', () => {
  test('does not begin', async () => {
    await using clamd = await scriptedClamd(answering(OK))
    const reason = new Error('gone')
    expect(await outcome(clamd, textUpload('good', { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(clamd.connections).toBe(0)
  })

  test('ends in the middle of the file, which is closed', async () => {
    const controller = new AbortController()
    const reason = new Error('gone')
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.command()
      await conversation.chunk()
      controller.abort(reason)
    })
    const file = upload(endless(), { size: 1, signal: controller.signal })
    expect(await outcome(clamd, file)).toBe(reason)
    await file.closed
    await clamd.idle()
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  test('ends while clamd scans', async () => {
    const controller = new AbortController()
    const reason = new Error('gone')
    await using clamd = await scriptedClamd(async (conversation) => {
      await conversation.file()
      controller.abort(reason)
    })
    expect(await outcome(clamd, textUpload('good', { signal: controller.signal }))).toBe(reason)
    await clamd.idle()
  })
})

test("a file that cannot be read is the storage's failure, whatever clamd says, and the connection is closed", async () => {
  await using clamd = await scriptedClamd(async (conversation) => await conversation.file())
  const failure = new Error('The disk is gone')
  function* failing(): Generator<Uint8Array> {
    yield new Uint8Array(10)
    throw failure
  }
  expect(await outcome(clamd, upload(failing(), { size: 20 }))).toBe(failure)
  await clamd.idle()
})
