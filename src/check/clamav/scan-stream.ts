import type { NetConnectOpts } from 'node:net'
import type { CheckedUpload } from '../../policy/check.ts'
import { AttentiveSocket } from './attentive-socket.ts'
import { ClamdError } from './clamd-error.ts'
import { parseVerdict } from './clamd-verdict.ts'
import type { ClamdVerdict } from './clamd-verdict.ts'

/** Where clamd is, and how to speak to it. */
export interface Clamd {
  readonly address: NetConnectOpts
  /** Milliseconds without progress. */
  readonly timeoutMs: number
  /** Bytes to send at once. */
  readonly chunkSize: number
}

/** With the prefix `z`, command and answer end with NUL: an answer shows by itself whether it is whole. */
const COMMAND = new TextEncoder().encode('zINSTREAM\0')
/** A chunk of no bytes ends the stream. */
const END = new Uint8Array(4)
/** Characters of an answer at most: names of signatures are short. */
const LONGEST_ANSWER = 4096

/**
 * Has clamd scan a file by its command INSTREAM (clamd(8)). The verdict counts as soon as it is there, but "clean" only
 * where clamd had the whole file. The file is not opened before there is a connection.
 *
 * @throws {ClamdError} where there is no verdict. Rejects with the signal's reason where that is aborted, and with what
 * the file's own stream throws.
 */
export async function scanStream(
  upload: CheckedUpload,
  { address, timeoutMs, chunkSize }: Clamd,
): Promise<ClamdVerdict> {
  const { signal, size } = upload
  signal?.throwIfAborted()
  let reached = false
  // A promise of its own, since closing the connection does not wake a source that never yields again.
  const givenUp = Promise.withResolvers<never>()
  const silence = setTimeout(() => {
    givenUp.reject(new ClamdError(`Nothing moved between here and clamd for ${timeoutMs} ms`, reached))
  }, timeoutMs)
  const abort = (): void => givenUp.reject(signal?.reason)
  signal?.addEventListener('abort', abort)
  // Only what clamd takes is progress: an answer may drip in as slowly as it likes.
  const onProgress = (): void => {
    reached = true
    silence.refresh()
  }

  // clamd hangs up on a stream that it finds too long, in the middle of it: what it said is to be heard.
  const socket = new AttentiveSocket()
  socket.connect(address)
  try {
    const both = Promise.allSettled([sendFile(socket, upload, chunkSize, onProgress), readAnswer(socket)])
    const [sent, answer] = await Promise.race([both, givenUp.promise])
    if (sent.status === 'rejected') throw sent.reason
    if (answer.status === 'rejected') throw new ClamdError('clamd did not answer', reached, { cause: answer.reason })
    const verdict = parseVerdict(answer.value)
    if (verdict === undefined) throw new ClamdError(`clamd answered ${JSON.stringify(answer.value)}`, reached)
    if (verdict.kind === 'clean' && sent.value !== size) {
      throw new ClamdError(`clamd called ${size} bytes clean after ${sent.value ?? 'a part'} of them`, reached)
    }
    return verdict
  } finally {
    clearTimeout(silence)
    signal?.removeEventListener('abort', abort)
    socket.destroy()
  }
}

/** The number of bytes sent with all that belongs around them; `undefined` where the connection ended before. */
async function sendFile(
  socket: AttentiveSocket,
  upload: CheckedUpload,
  chunkSize: number,
  onProgress: () => void,
): Promise<number | undefined> {
  const write = async (...pieces: Uint8Array[]): Promise<boolean> => {
    const taken = await writeTo(socket, pieces)
    if (taken) onProgress()
    return taken
  }
  try {
    if (!(await write(COMMAND))) return
    let size = 0
    for await (const bytes of upload.stream()) {
      // A loop that an empty chunk does not enter: it would end the stream before the file's end.
      for (let start = 0; start < bytes.length; start += chunkSize) {
        const chunk = bytes.subarray(start, start + chunkSize)
        if (!(await write(lengthOf(chunk), chunk))) return
      }
      size += bytes.length
    }
    return (await write(END)) ? size : undefined
  } catch (error) {
    // The file's own failure: clamd would wait for the rest.
    socket.destroy()
    throw error
  }
}

/** Resolves when the bytes, which may be reused from then on, were taken; to `false` where the connection has ended. */
function writeTo(socket: AttentiveSocket, pieces: readonly Uint8Array[]): Promise<boolean> {
  return new Promise((resolve) => {
    socket.cork()
    // What goes wrong is told by the socket's `error`, which whoever reads the answer hears.
    for (const piece of pieces) socket.write(piece, (error) => resolve(!error && !socket.hasFailed))
    socket.uncork()
  })
}

/** Four bytes, big-endian. */
function lengthOf(chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, chunk.length)
  return bytes
}

/** What came when there was a NUL, be it before all is sent; the connection is closed then. */
function readAnswer(socket: AttentiveSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      answer += text
      if (!answer.includes('\0') && answer.length <= LONGEST_ANSWER) return
      resolve(answer)
      socket.destroy()
    })
    // It says no more, be it that it would still listen.
    socket.on('end', () => socket.destroy())
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`The connection was closed after ${answer.length} bytes of an answer`)))
  })
}
