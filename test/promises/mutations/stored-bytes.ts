import type { GuardedPromise } from '../mutation.ts'

const WRITER = 'src/file/file-writer.test.ts'
const NODE_REQUEST = 'src/http/node-request.test.ts'
const NODE_REQUEST_TURN = 'src/http/node-request-turn.test.ts'
const PARTS = 'src/receive/parts.test.ts'

const INDEX = 'src/storage/disk/time-index/time-index.test.ts'

export const STORED_BYTES: GuardedPromise = {
  heading: 'A 2xx means stored, byte for byte',
  mutations: [
    {
      guard: 'compares the size of the file with what was written before it calls the file whole',
      file: 'src/file/file-writer.ts',
      find: 'if (found.size !== BigInt(this.#size)) {',
      replace: 'if (found.size < 0n) {',
      tests: [[WRITER, 'notices that the file is not as long as what was written']],
    },
    {
      guard: 'ends a draft at the first write that the system refuses',
      file: 'src/file/file-writer.ts',
      find: `    } catch (error) {
      await this.#fail(error)
    } finally {
      this.#pumping = false`,
      replace: `    } catch {
      this.#queue = []
    } finally {
      this.#pumping = false`,
      tests: [
        [WRITER, 'fails where the system refuses to write'],
        [WRITER, 'ends with what is said before a write, and writes nothing then'],
      ],
    },
    {
      guard: 'waits for the last chunk to be written before a body counts as received',
      file: 'src/http/node-request.ts',
      find: 'if (pending === undefined) finish()',
      replace: 'finish()',
      tests: [[NODE_REQUEST, 'is not over before the sink is done with the last chunk, and fails where that fails']],
    },
    {
      guard: 'holds a body against the length that was declared: Node throws away what comes after the answer',
      file: 'src/http/node-request.ts',
      find: "if (received >= length) settle('ended')",
      replace: "if (received >= 0) settle('ended')",
      tests: [[NODE_REQUEST, 'is told of a body of which Node has thrown away a part, since the answer was out']],
    },
    {
      guard: 'asks for a small body at once, so that Node keeps it even where the answer goes out first',
      file: 'src/http/node-request.ts',
      find: 'if (request.httpVersionMajor === 1) request.read?.(0)',
      replace: '',
      tests: [[NODE_REQUEST_TURN, 'is read to its end even where the answer goes out at once']],
    },
    {
      guard: 'gives a sink that waits no chunk before it is done, though somebody else resumes the request',
      file: 'src/http/node-request.ts',
      find: 'pending === undefined ? sink(chunk, !isShared) : pending.then(() => sink(chunk, !isShared))',
      replace: 'sink(chunk, !isShared)',
      tests: [
        [NODE_REQUEST, 'a sink that waits gets no chunk before it is done, though somebody else resumes the request'],
      ],
    },
    {
      guard: 'gives no chunk to a storage that somebody else may have got before',
      file: 'src/http/node-request.ts',
      find: '!this.#ownChunks || SHARERS.some((event) => request.listenerCount?.(event) !== 0)',
      replace: '!this.#ownChunks',
      tests: [
        [NODE_REQUEST, "gives its chunks away where they are nobody else's, and never one that somebody else may keep"],
      ],
    },
    {
      guard: 'gives no chunk to a storage any more when somebody else begins to listen',
      file: 'src/http/node-request.ts',
      find: 'if (SHARERS.includes(event)) isShared = true',
      replace: '',
      tests: [
        [NODE_REQUEST, "gives its chunks away where they are nobody else's, and never one that somebody else may keep"],
      ],
    },
    {
      guard: 'gives to a storage only what Node itself has read from a connection',
      file: 'src/http/own-chunks.ts',
      find: 'request.httpVersionMajor === 1 && Boolean(request.socket?.parser)',
      replace: 'request.httpVersionMajor === 1',
      tests: [
        [NODE_REQUEST, 'gives none away of a request that no server has parsed: a test may have given it its own'],
        [
          'src/adapters/fastify/fastify-handler.test.ts',
          'leaves alone what inject() was given, which is no chunk of a connection',
        ],
      ],
    },
    {
      guard: 'gives nothing of a request to a storage whose methods somebody has replaced',
      file: 'src/http/own-chunks.ts',
      find: ' && METHODS.every((method) => !Object.hasOwn(request, method))',
      replace: ' && METHODS.length > 0',
      tests: [
        [NODE_REQUEST, "gives its chunks away where they are nobody else's, and never one that somebody else may keep"],
      ],
    },
    {
      guard: 'gives memory back only where it holds one chunk and nothing else',
      file: 'src/file/release-memory.ts',
      find: ' || byteLength !== buffer.byteLength',
      replace: '',
      tests: [[WRITER, 'gives the memory of what was given to it back once it is written, and touches nothing else']],
    },
    {
      guard: 'waits for the last file of a form also if the last delimiter ends with the body',
      file: 'src/receive/read-form.ts',
      find: 'await Promise.all(this.#waits)',
      replace: '',
      tests: [['src/receive/read-form.test.ts', 'the last file of a form > is waited for if %j ends the body']],
    },
    {
      guard: 'gives a part of a chunk to nobody',
      file: 'src/receive/read-form.ts',
      find: 'bytes.length === this.#givenSize',
      replace: 'this.#givenSize > 0',
      tests: [
        [
          'src/receive/read-form.test.ts',
          'a chunk is given to the file whose bytes are all of it, and no part of one to any',
        ],
      ],
    },
    {
      guard: 'holds a body of a Fetch server against the length that was declared',
      file: 'src/http/fetch-request.ts',
      find: 'if (this.length !== undefined && this.#size < this.length) {',
      replace: 'if (this.length !== undefined && this.#size < 0) {',
      tests: [
        ['src/http/fetch-request.test.ts', 'is told of a body that is shorter than it says, or breaks off'],
        ['src/protocols/binary/binary-protocol.test.ts', 'of a body that is shorter than it says'],
      ],
    },
    {
      guard: 'stores no part of a file as the whole',
      file: 'src/receive/body-check.ts',
      find: 'if (partial === undefined) return',
      replace: "if (partial !== '\\0') return",
      tests: [
        ['src/protocols/binary/binary-protocol.test.ts', 'a body is refused, unread, > %s'],
        ['src/protocols/form/form-protocol.test.ts', 'a form that says it has a part of a file is refused: %s: %s'],
      ],
    },
    {
      guard: 'cuts the connection where a stored file cannot be read to its end, so that no part looks like the whole',
      file: 'src/adapters/node/write-outgoing.ts',
      find: `too late for another answer.
    breakOff(response)`,
      replace: `too late for another answer.
    response.end()`,
      tests: [
        ['src/adapters/node/node-handler.contract.test.ts', 'never lets a body that fails look like a whole one'],
      ],
    },
    {
      guard:
        'ends the reader of a part with an error when the loop over the parts has gone on, so that what it has never looks whole',
      file: 'src/receive/part-reader.ts',
      find: 'if (this.#present !== head) throw gone(head.name)',
      replace: '',
      tests: [
        [PARTS, 'cannot be read any more when the loop has gone on, or has ended'],
        [PARTS, 'that is still being read when the loop goes on rejects, and the loop goes on'],
      ],
    },
    {
      guard: 'lists a file that was stored within the tick in which its folder was read',
      file: 'src/storage/disk/time-index/indexed-folder.ts',
      find: 'return isSettled && isSameFolder',
      replace: 'return isSameFolder',
      tests: [[INDEX, 'reads a folder again that %s: the next change may get the same time']],
    },
    {
      guard: 'lists a file that was stored while the folder was read for another list',
      file: 'src/storage/disk/time-index/shared-runs.ts',
      find: 'this.#running === undefined ? undefined : this.#startAfter(this.#running)',
      replace: 'this.#running',
      tests: [[INDEX, 'shows a file to a call that comes after it was stored, though a reading was under way']],
    },
    {
      guard: 'lists a file that got the key of a deleted one in its place by time',
      file: 'src/storage/disk/disk-storage.ts',
      find: 'if (isDeleted) index.doubt(key)',
      replace: '',
      tests: [
        [
          'src/storage/disk/disk-list.test.ts',
          'shows a file that got the key of a deleted one, among thousands of files',
        ],
      ],
    },
    {
      guard: 'lists files that were changed by hand where their times say',
      file: 'src/storage/disk/disk-list.ts',
      find: 'if (changed.length > 0) continue',
      replace: '',
      tests: [
        [
          'src/storage/disk/disk-list.test.ts',
          'moves a file that it shows to the place of its time, even if it was changed without a trace',
        ],
      ],
    },
  ],
}
