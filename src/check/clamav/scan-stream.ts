import type { NetConnectOpts } from 'node:net'
import type { CheckedUpload } from '../../policy/check.ts'
import { AttentiveSocket } from './attentive-socket.ts'
import { ClamdError } from './clamd-error.ts'
import { parseVerdict } from './clamd-verdict.ts'
import type { ClamdVerdict } from './clamd-verdict.ts'

/** The address of clamd, and the settings of a scan. */
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
/** The most characters of an answer: names of signatures are short. */
const LONGEST_ANSWER = 4096

/**
 * Makes clamd scan a file by its command INSTREAM (clamd(8)). The verdict counts as soon as it is there, but "clean"
 * only if clamd had the whole file. The file is opened only when there is a connection.
 *
 * @throws {ClamdError} if there is no verdict. Rejects with the signal's reason if that is aborted, and with any error
 *   of the file's own stream.
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
  // Only bytes that clamd accepts are progress, however slowly an answer drips in.
  const onProgress = (): void => {
    reached = true
    silence.refresh()
  }

  // clamd hangs up in the middle of a stream that it finds too long. Its answer from before that still counts.
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

/** The number of bytes sent, with everything that belongs around them; `undefined` if the connection ended before. */
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
      // A loop that skips an empty chunk, which would end the stream before the file's end.
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

/**
 * Resolves when clamd has accepted the bytes, which may be reused from then on; to `false` if the connection has ended.
 */
function writeTo(socket: AttentiveSocket, pieces: readonly Uint8Array[]): Promise<boolean> {
  return new Promise((resolve) => {
    socket.cork()
    // A failure also comes as the socket's `error`, which the reader of the answer handles.
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

/** The text up to a NUL, which may come before all is sent. The connection is closed then. */
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
    // It sends no more, even if it still listens.
    socket.on('end', () => socket.destroy())
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`The connection was closed after ${answer.length} bytes of an answer`)))
  })
}
