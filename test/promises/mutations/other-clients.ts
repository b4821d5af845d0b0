import type { GuardedPromise } from '../mutation.ts'

const NODE = 'src/adapters/node/node-handler.test.ts'
const WRITER = 'src/file/file-writer.test.ts'
const POOL = 'src/cli/worker/slot-pool.test.ts'
const MEMORY = 'src/receive/total-memory.test.ts'
const NUMBERS = 'src/policy/conflict-numbers.test.ts'
const GIVING_WAY = 'src/handler/giving-way.test.ts'
const LIST = 'src/storage/disk/disk-list.test.ts'
const INDEX = 'src/storage/disk/time-index/time-index.test.ts'
const SLOTS = 'src/handler/upload-slots.test.ts'

export const OTHER_CLIENTS: GuardedPromise = {
  heading: 'One client cannot hurt the others',
  mutations: [
    {
      guard: 'gives up a client that sends nothing',
      file: 'src/http/idle-watch.ts',
      find: "else this.#onIdle(new UploadError('request-timeout', { idleTimeoutMs: this.#idleTimeoutMs }))",
      replace: 'else this.stop()',
      tests: [
        ['src/http/idle-watch.test.ts', 'silence for the idle time-out rings once, and tells the time'],
        [NODE, 'a stalled upload is given up with 408, and hung up on'],
      ],
    },
    {
      guard: 'gives up a download if the client takes no bytes',
      file: 'src/adapters/node/write-outgoing.ts',
      find: 'onStall: () => breakOff(response)',
      replace: 'onStall: () => {}',
      tests: [[NODE, 'a download whose client takes nothing is given up']],
    },
    {
      guard: 'gives each client bytes in memory of its own, never those that a cache keeps',
      file: 'src/storage/cache/file-in-memory.ts',
      find: 'return content.slice(start, end)',
      replace: 'return content.subarray(start, end)',
      tests: [
        ['src/storage/cache/cached-storage.test.ts', 'gives the next reader the same file if a reader of its bytes %s'],
        [
          'src/adapters/node/file-download.test.ts',
          'a small file is whole for the next client after middleware has overwritten the bytes that it was given',
        ],
      ],
    },
    {
      guard: 'does not cut off a client that takes an answer slowly and steadily',
      file: 'src/adapters/stall-watch.ts',
      find: 'this.#unchanged = isMoving ? 0 : this.#unchanged + 1',
      replace: 'this.#unchanged += 1',
      tests: [
        [
          'src/adapters/slow-download.test.ts',
          'a download by %s > of %s, which its client takes slowly and steadily, is not cut off; if it stops, it is',
        ],
      ],
    },
    {
      guard: 'sends small pieces over HTTP/2, to see that a slow client takes them',
      file: 'src/adapters/node/write-outgoing.ts',
      find: 'isQuick ? [chunk] : piecesOf(chunk)',
      replace: '[chunk]',
      tests: [
        [
          'src/adapters/slow-download.test.ts',
          'a download by HTTP/2 that its client takes slowly and steadily is not cut off; if it stops, it is',
        ],
      ],
    },
    {
      guard: 'sends calls to a slow disk to threads, so that no request waits for it',
      file: 'src/file/disk-patience.ts',
      find: 'if (now - start <= SLOW_MS) {',
      replace: 'if (now - start <= Infinity) {',
      tests: [
        ['src/file/disk-patience.test.ts', 'a disk that was slow again and again is not asked at once for a while'],
        ['src/storage/disk/change-check.test.ts', 'is not asked for changes for a while'],
      ],
    },
    {
      guard: 'sends calls to threads if the file system may be on a network',
      file: 'src/file/is-on-local-disk.ts',
      find: "platform === 'linux' && LOCAL.has((await statfs(folder)).type)",
      replace: 'true',
      tests: [
        ['src/file/disk-patience.test.ts', 'a file system that is not of the machine itself is never asked at once'],
      ],
    },
    {
      guard: 'limits the bytes of all slow clients that wait for a write',
      file: 'src/file/file-writer.ts',
      find: ' || waitingInAll > MOST_WAITING',
      replace: '',
      tests: [[WRITER, 'writes waiting bytes early if many files together have too many of them']],
    },
    {
      guard: 'keeps files of all forms in memory up to one limit',
      file: 'src/budget/memory-budget.ts',
      find: 'if (bytes > 0 && this.#used + bytes > limit) return false',
      replace: '',
      tests: [
        [MEMORY, 'the memory of all forms together > has a limit by default, beyond which files of 500 KB go to disk'],
      ],
    },
    {
      guard: 'gives the memory of a form back, however the form ends',
      file: 'src/receive/spool/file-spool.ts',
      find: 'this.memory.close()',
      replace: '',
      tests: [[MEMORY, 'the memory of a form is given back > after $end']],
    },
    {
      guard: 'no longer counts the memory of a file that has moved to disk',
      file: 'src/receive/spool/file-spool.ts',
      find: 'resources.memory.giveBack(this.#bytes.capacity)',
      replace: '',
      tests: [[MEMORY, 'the memory of all forms together > no longer counts a file that has moved to disk']],
    },
    {
      guard: 'takes one descriptor for all files of a form that go to disk',
      file: 'src/receive/spool/file-spool.ts',
      find: 'this.#file ??= new TemporaryFile(this.#folder, closedUpload)',
      replace: 'this.#file = new TemporaryFile(this.#folder, closedUpload)',
      tests: [
        [
          MEMORY,
          'the memory of all forms together > runs out without taking a descriptor for each file: a form has one temporary file',
        ],
      ],
    },
    {
      guard: 'discards a limited number of bytes after a refusal',
      file: 'src/http/discard-body.ts',
      find: "if (left < 0) throw new UploadError('body-too-large', { limit: maxBytes })",
      replace: '',
      tests: [['src/http/node-request.test.ts', 'gives the connection up after too much %s, without an error']],
    },
    {
      guard: 'discards bytes for a limited time after a refusal',
      file: 'src/http/discard-body.ts',
      find: 'const timer = setTimeout(() => timeout.abort(), maxMs)',
      replace: 'const timer = setTimeout(() => {}, maxMs)',
      tests: [[NODE, 'a client that sends no more is hung up on after %s']],
    },
    {
      guard: 'slows down a client that sends faster than the disk writes',
      file: 'src/file/file-writer.ts',
      find: 'if (this.#waiting <= this.#highWaterMark) return undefined',
      replace: 'if (this.#waiting >= 0) return undefined',
      tests: [[WRITER, 'returns a promise above the high-water mark, and not below it']],
    },
    {
      guard: 'counts the overhead of a chunk, too',
      file: 'src/file/file-writer.ts',
      find: 'this.#wait(bytes.byteLength + CHUNK_OVERHEAD)',
      replace: 'this.#wait(bytes.byteLength)',
      tests: [[WRITER, 'counts the cost of a chunk in addition to its bytes']],
    },
    {
      guard: 'gives copies of its bytes, so that one byte does not hold a whole file in memory',
      file: 'src/receive/spool/growing-bytes.ts',
      find: 'yield this.#bytes.slice(',
      replace: 'yield this.#bytes.subarray(',
      tests: [['src/receive/spool/growing-bytes.test.ts', 'chunks are copies too, of at most 64 KiB']],
    },
    {
      guard: 'asks for few names if thousands are taken',
      file: 'src/policy/upload-draft.ts',
      find: 'if (tries % PATIENCE === 0) await',
      replace: 'if (tries < 0) await',
      tests: [
        [NUMBERS, 'finds the end of a thousand taken names in few steps after a restart, also for several at once'],
      ],
    },
    {
      guard: 'gives each number of a taken name to one upload, even if many arrive at once',
      file: 'src/policy/conflict-numbers.ts',
      find: 'return this.#nameOf(key).next++',
      replace: 'return this.#nameOf(key).next',
      tests: [
        [NUMBERS, 'tries few names before it gets its own, which has the next number'],
        [NUMBERS, 'never tries a number that another upload of the same moment has'],
      ],
    },
    {
      guard: 'remembers the next number of a limited count of taken names',
      file: 'src/policy/conflict-numbers.ts',
      find: 'if (this.#names.size > this.#mostNames)',
      replace: 'if (this.#names.size < 0)',
      tests: [[NUMBERS, 'only the numbers of the last names are remembered']],
    },
    {
      guard: 'ends the search for a free name if a storage calls all of them taken',
      file: 'src/policy/conflict-numbers.ts',
      find: 'if (free > MOST_NUMBER) throw noneFree()',
      replace: 'if (free > MOST_NUMBER ** 20) throw noneFree()',
      tests: [[NUMBERS, 'fails and ends its search if the storage reports every name as taken']],
    },
    {
      guard: 'limits the number of uploads at the same time',
      file: 'src/handler/upload-slots.ts',
      find: 'if (this.#running.length >= this.#maxUploads) this.#makeRoom()',
      replace: '',
      tests: [['src/handler/upload-slots.test.ts', '%s beyond maxUploads gets a whole 503 with Retry-After']],
    },
    {
      guard: 'limits the number of uploads of one client at the same time',
      file: 'src/handler/upload-slots.ts',
      find: 'this.#countOf(client) >= this.#maxUploadsPerClient',
      replace: 'this.#countOf(client) >= Infinity',
      tests: [[SLOTS, 'maxUploadsPerClient counts clients by the address of their connection']],
    },
    {
      guard: 'frees the slot of an upload for every kind of end',
      file: 'src/handler/upload-slots.ts',
      find: 'finally {\n      this.#remove(upload)',
      replace: 'finally {',
      tests: [[SLOTS, 'an upload that fails on the server gives its slot back']],
    },
    {
      guard: 'limits the uploads of all processes of a server together',
      file: 'src/handler/upload-slots.ts',
      find: "this.#makeRoom(first === 'client' ? client : undefined)",
      replace: 'if (first === undefined) return () => {}',
      tests: [[SLOTS, 'takeSlot counts the uploads of other processes: if it gives no slot, an upload gets 503']],
    },
    {
      guard: 'gives one client at most half of the slots, unless a limit is set',
      file: 'src/handler/upload-slots.ts',
      find: 'Math.ceil(this.#maxUploads / 2)',
      replace: 'Infinity',
      tests: [[GIVING_WAY, 'one client > has half of the slots by default, so that it cannot hold them all']],
    },
    {
      guard: 'makes the slowest upload give way if all slots are taken',
      file: 'src/handler/upload-slots.ts',
      find: 'if (rate === undefined || rate >= leastRate) continue',
      replace: 'if (rate === undefined || slowest !== undefined) continue',
      tests: [
        [GIVING_WAY, 'if all slots are taken > the slowest since its start gives way, not the one that began first'],
      ],
    },
    {
      guard: 'ends an upload that gives way',
      file: 'src/handler/upload-slots.ts',
      find: 'slowest.giveWay()',
      replace: '',
      tests: [
        [GIVING_WAY, 'over HTTP an idle upload that gives way is answered 503 and leaves nothing, and others go on'],
      ],
    },
    {
      guard: 'makes only the own uploads of a client with too many give way',
      file: 'src/handler/upload-slots.ts',
      find: 'if (client !== undefined && upload.client !== client) continue',
      replace: '',
      tests: [[GIVING_WAY, 'one client > with all of its slots taken makes only its own uploads give way']],
    },
    {
      guard: 'lets an upload give way only after ten seconds',
      file: 'src/handler/running-upload.ts',
      find: 'ageMs === undefined || ageMs < YOUNG_MS',
      replace: 'ageMs === undefined',
      tests: [
        [
          GIVING_WAY,
          'if all slots are taken > an upload that has just begun never gives way, and an older one still does',
        ],
      ],
    },
    {
      guard: 'lets only slow uploads give way',
      file: 'src/handler/running-upload.ts',
      find: 'rate < STEADY_RATE ? rate : undefined',
      replace: 'rate',
      tests: [[GIVING_WAY, 'if all slots are taken > uploads that are all fast go on, and the new one gets 503']],
    },
    {
      guard: 'ends no upload that waits for a check or the disk: its bytes may all have come',
      file: 'src/handler/measured-body.ts',
      find: 'if (this.#since === undefined || this.#waitingSince !== undefined) return undefined',
      replace: 'if (this.#since === undefined) return undefined',
      tests: [
        [GIVING_WAY, 'if all slots are taken > a slow upload that waits for the server does not give way'],
        [GIVING_WAY, 'over HTTP a slow form whose last file is being checked does not give way, and is stored'],
      ],
    },
    {
      guard: 'does not count against an upload the time in which the disk makes it wait',
      file: 'src/handler/measured-body.ts',
      find: 'this.#waitingSince ??= performance.now()',
      replace: '',
      tests: [
        [
          GIVING_WAY,
          'if all slots are taken > the time in which the server makes a client wait does not count against it',
        ],
      ],
    },
    {
      guard: 'counts the uploads of all workers',
      file: 'src/cli/worker/slot-pool.ts',
      find: "if (this.#taken >= maxUploads) return 'full'",
      replace: '',
      tests: [[POOL, 'gives as many slots as uploads may be received at once, whichever worker asks']],
    },
    {
      guard: 'counts the uploads of a client in all workers',
      file: 'src/cli/worker/slot-pool.ts',
      find: 'for (const clients of this.#held.values()) sum += clients.get(client) ?? 0',
      replace: '',
      tests: [[POOL, 'counts a client in all workers, and does not count one whose address is not known']],
    },
    {
      guard: 'frees the slots of a worker that has ended',
      file: 'src/cli/worker/slot-pool.ts',
      find: 'this.#held.delete(holder)',
      replace: 'this.#taken += 0',
      tests: [[POOL, 'takes back what a worker had that has ended, and nothing of the others']],
    },
    {
      guard: 'gives up a client that sends single bytes to hold its slot',
      file: 'src/http/idle-watch.ts',
      find: 'if (this.#received < this.#minBytes) {',
      replace: 'if (this.#received < 0) {',
      tests: [['src/http/idle-watch.test.ts', 'ends a client that sends a byte now and then']],
    },
    {
      guard: 'looks only at the files of the page that it lists',
      file: 'src/storage/disk/time-index/time-index.ts',
      find: 'isUnchanged(shelved.folder, stats) &&',
      replace: '!isUnchanged(shelved.folder, stats) &&',
      tests: [
        [LIST, 'looks only at the files of the page, for every page after the first'],
        [INDEX, 'looks only at folders, and reads no folder again, if nothing has changed'],
      ],
    },
    {
      guard: 'reads a changed folder again, and looks only at its new files',
      file: 'src/storage/disk/time-index/folder-reader.ts',
      find: 'return isKept ? former : undefined',
      replace: 'return isKept ? undefined : undefined',
      tests: [[INDEX, 'reads the names of a folder that has changed, and looks only at new files']],
    },
    {
      guard: 'reads a folder once for all lists that are requested at the same time',
      file: 'src/storage/disk/time-index/time-index.ts',
      find: 'const walk = this.#walks.get(prefix) ?? new SharedRuns',
      replace: 'const walk = new SharedRuns',
      tests: [
        [INDEX, 'reads a folder once for calls at the same time, and again for calls that come during the reading'],
      ],
    },
    {
      guard: 'remembers files for lists up to one limit of memory',
      file: 'src/storage/disk/time-index/folder-shelf.ts',
      find: 'if (this.#weight <= this.#mostWeight) break',
      replace: 'if (this.#weight >= 0) break',
      tests: [[INDEX, 'forgets the folders that were unused for longest if it takes too much memory']],
    },
    {
      guard: 'serves others while it reads a large folder',
      file: 'src/file/turn-length.ts',
      find: 'await setImmediate()',
      replace: 'await Promise.resolve(setImmediate)',
      tests: [
        ['src/file/turn-length.test.ts', 'a long turn lets other work run, and a turn that has just begun does not'],
      ],
    },
  ],
}
