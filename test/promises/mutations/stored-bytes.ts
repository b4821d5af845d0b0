import type { GuardedPromise } from '../mutation.ts'

const WRITER = 'src/file/file-writer.test.ts'
const NODE_REQUEST = 'src/http/node-request.test.ts'
const GIVEN = 'src/http/given-chunks.test.ts'
const NODE_READING = 'src/http/node-reading.test.ts'
const OWNERSHIP = 'src/runtime/chunk-ownership.test.ts'
const PARTS = 'src/receive/parts.test.ts'

const INDEX = 'src/storage/disk/time-index/time-index.test.ts'

export const STORED_BYTES: GuardedPromise = {
  heading: 'A 2xx means that every byte is stored',
  mutations: [
    {
      guard: 'compares the size of the file with the written bytes before it calls the file complete',
      file: 'src/file/file-writer.ts',
      find: 'if (found.size !== BigInt(this.#size)) {',
      replace: 'if (found.size < 0n) {',
      tests: [[WRITER, 'fails if the file does not have as many bytes as were written']],
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
        [WRITER, 'fails if the system refuses to write'],
        [WRITER, 'fails with the error of `beforeWrite`, and writes nothing more'],
      ],
    },
    {
      guard: 'waits for the last chunk to be written before a body counts as received',
      file: 'src/http/node-reading.ts',
      find: "if (this.#state !== 'busy') this.#finish()",
      replace: 'this.#finish()',
      tests: [[NODE_REQUEST, 'is not over before the sink is done with the last chunk, and fails if the sink fails']],
    },
    {
      guard: 'compares a body with its declared length, since Node discards bytes after the answer',
      file: 'src/http/node-reading.ts',
      find: "if (this.#received >= this.#length) this.#end('ended')",
      replace: "if (this.#received >= 0) this.#end('ended')",
      tests: [[NODE_REQUEST, 'rejects if Node has discarded a part of the body, since the answer was sent']],
    },
    {
      guard: 'gives a busy sink no further chunk, even if other code resumes the request',
      file: 'src/http/node-reading.ts',
      find: "if (this.#state === 'busy') {\n      this.#late.push(chunk)",
      replace: "if (this.#state === 'gone') {\n      this.#late.push(chunk)",
      tests: [
        [NODE_REQUEST, 'a busy sink gets no chunk before it is done, even if other code resumes the request'],
        [NODE_READING, 'keeps the chunks that still come, in order, and the end after them'],
      ],
    },
    {
      guard: 'lets no body pile up in memory, even if other code resumes the request while the sink is busy',
      file: 'src/http/node-reading.ts',
      find: `      this.#request.pause()
    } else {`,
      replace: '    } else {',
      tests: [[NODE_READING, 'makes the client wait again if other code resumes the request']],
    },
    {
      guard: 'hands on no chunk of a body that was given up while the sink was busy',
      file: 'src/http/node-reading.ts',
      find: `if (this.#state !== 'busy') return
    this.#state = 'flowing'`,
      replace: `this.#state = 'flowing'`,
      tests: [[NODE_READING, 'a reading whose sink is busy > hands on no kept chunk after it %s']],
    },
    {
      guard: 'reads a body to its end although a listener to `readable` keeps Node from letting it flow',
      file: 'src/http/node-reading.ts',
      find: "if (event === 'readable' && !this.#fetches) this.#fetchFromNowOn()",
      replace: '',
      tests: [[NODE_READING, '%s is added at once and while the sink is busy']],
    },
    {
      guard: 'gives no chunk to a storage that another listener may have got before',
      file: 'src/runtime/chunk-ownership.ts',
      find: 'comesFromConnection(request) && SHARERS.every((event) => request.listenerCount?.(event) === 0)',
      replace: 'comesFromConnection(request)',
      tests: [
        [GIVEN, 'a body gives its chunks away, but none that another listener may keep'],
        [OWNERSHIP, 'a chunk is shared > with a listener to %s that was there before'],
      ],
    },
    {
      guard: 'gives no chunk to a storage any more when another listener is added',
      file: 'src/runtime/chunk-ownership.ts',
      find: 'if (SHARERS.includes(event)) this.#isAlone = false',
      replace: '',
      tests: [
        [GIVEN, 'a body gives its chunks away, but none that another listener may keep'],
        [OWNERSHIP, 'a chunk is shared > with a listener to %s that comes later'],
      ],
    },
    {
      guard: 'gives no chunk to a storage that another part of the program has fetched with read()',
      file: 'src/runtime/chunk-ownership.ts',
      find: 'return this.#isAlone && this.#isFlowing && this.#request.readableFlowing === true',
      replace: 'return this.#isAlone',
      tests: [
        [
          OWNERSHIP,
          'a chunk is shared > if it is fetched with read() from a request that was paused before it began to flow',
        ],
        [OWNERSHIP, 'a chunk is shared > if it is fetched with read() just before the request flows'],
      ],
    },
    {
      guard: 'gives a storage only chunks that Node itself has read from a connection',
      file: 'src/runtime/chunk-ownership.ts',
      find: 'request.httpVersionMajor === 1 && Boolean(request.socket?.parser)',
      replace: 'request.httpVersionMajor === 1',
      tests: [
        [GIVEN, 'a body gives away no chunk of a request that no server has parsed, such as that of a test'],
        [
          'src/adapters/fastify/fastify-handler.test.ts',
          'leaves alone the body of inject(), which is not a chunk of a connection',
        ],
      ],
    },
    {
      guard: 'gives no chunk of a request with replaced methods to a storage',
      file: 'src/runtime/chunk-ownership.ts',
      find: ' && METHODS.every((method) => !Object.hasOwn(request, method))',
      replace: ' && METHODS.length > 0',
      tests: [[GIVEN, 'a body gives its chunks away, but none that another listener may keep']],
    },
    {
      guard: 'gives memory back only if it holds one chunk and nothing else',
      file: 'src/runtime/release-memory.ts',
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
      guard: 'never gives away a part of a chunk',
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
      guard: 'compares a body of a Fetch server with its declared length',
      file: 'src/http/fetch-request.ts',
      find: 'if (this.length !== undefined && this.#size < this.length) {',
      replace: 'if (this.length !== undefined && this.#size < 0) {',
      tests: [
        ['src/http/fetch-request.test.ts', 'rejects if a body is shorter than declared, or breaks off'],
        ['src/protocols/binary/binary-protocol.test.ts', 'of a body that is shorter than it says'],
      ],
    },
    {
      guard: 'stores no part of a file as a complete file',
      file: 'src/receive/body-check.ts',
      find: 'if (partial === undefined) return',
      replace: "if (partial !== '\\0') return",
      tests: [
        ['src/protocols/binary/binary-protocol.test.ts', 'a body is refused, unread, > %s'],
        ['src/protocols/form/form-protocol.test.ts', 'a form that says it has a part of a file is refused: %s: %s'],
      ],
    },
    {
      guard: 'cuts the connection if a stored file cannot be read to its end, so that no part looks complete',
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
        'ends the reader of a part with an error when the loop over the parts goes on, so that its bytes never look complete',
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
      tests: [[INDEX, 'reads a folder again that %s, because the next change may get the same time']],
    },
    {
      guard: 'lists a file that was stored while the folder was read for another list',
      file: 'src/storage/disk/time-index/shared-runs.ts',
      find: 'this.#running === undefined ? undefined : this.#startAfter(this.#running)',
      replace: 'this.#running',
      tests: [[INDEX, 'shows a file to a call that comes after it was stored, though a reading was under way']],
    },
    {
      guard: 'lists a file with the key of a deleted one at its own time',
      file: 'src/storage/disk/deletion.ts',
      find: 'place.doubt(key)',
      replace: '',
      tests: [
        [
          'src/storage/disk/disk-list.test.ts',
          'shows a file that got the key of a deleted one, among thousands of files',
        ],
      ],
    },
    {
      guard: 'lists files that were changed by hand in the order of their new times',
      file: 'src/storage/disk/disk-list.ts',
      find: 'if (changed.length > 0) continue',
      replace: '',
      tests: [
        [
          'src/storage/disk/disk-list.test.ts',
          'moves a file that it shows to its place, even if the folder does not show that its time has changed',
        ],
      ],
    },
    {
      guard: 'copies a file from the disk if another user or another name could still change its bytes',
      file: 'src/storage/disk/draft-of-path.ts',
      find: 'return stats.nlink === 1n && (user === undefined || stats.uid === BigInt(user))',
      replace: 'return stats.nlink > 0n || user === undefined',
      tests: [['src/storage/disk/draft-of-path.test.ts', 'is a copy if the file %s']],
    },
    {
      guard: 'makes no draft of another file that has got the place meanwhile',
      file: 'src/storage/disk/draft-of-file.ts',
      find: 'if (linked === undefined || !isSameFile(stats, linked) || versionOf(linked) !== versionOf(stats)) {',
      replace: 'if (linked === undefined) {',
      tests: [
        [
          'src/storage/disk/draft-of-file.test.ts',
          'is not made of %s that has got the place of the file since it was opened',
        ],
      ],
    },
  ],
}
