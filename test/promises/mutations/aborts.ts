import type { GuardedPromise } from '../mutation.ts'

const NODE = 'src/adapters/node/node-handler.test.ts'
const OWNERS = 'src/storage/disk/owners.test.ts'
const RECEIVE = 'src/receive/receive-node.test.ts'

export const ABORTS: GuardedPromise = {
  heading: 'An aborted upload leaves nothing',
  mutations: [
    {
      guard: 'tells a lost connection from a body that has ended',
      file: 'src/http/node-reading.ts',
      find: "if (!this.#hasEnded) this.#lose('the connection was lost')",
      replace: "if (!this.#hasEnded) this.#end('ended')",
      tests: [[RECEIVE, 'before the end of a chunked body is not taken for one that has sent all']],
    },
    {
      guard: 'removes the file of a draft that is given up',
      file: 'src/file/file-writer.ts',
      find: `    await this.#target.remove()
  }

  async #close`,
      replace: `  }

  async #close`,
      tests: [
        [NODE, 'a client that goes away (%s) %s leaves nothing'],
        ['src/protocols/form/form-protocol.test.ts', 'when the client vanishes by %s'],
      ],
    },
    {
      guard: 'closes the descriptor of a draft that is given up',
      file: 'src/file/file-writer.ts',
      find: `    try {
      await this.#close()
    } catch {`,
      replace: `    try {
    } catch {`,
      tests: [
        [NODE, 'a client that goes away (%s) %s leaves nothing'],
        [RECEIVE, 'by %s is not taken for one that has sent all, and leaves nothing'],
      ],
    },
    {
      guard: 'unlinks a temporary file while it is still empty',
      file: 'src/file/temporary-file.ts',
      find: 'await unlinkFile(path)',
      replace: '',
      tests: [
        [RECEIVE, 'by %s is not taken for one that has sent all, and leaves nothing'],
        ['src/receive/spool/file-spool.test.ts', 'by a process that was killed in the middle'],
      ],
    },
    {
      guard: 'sweeps the drafts of a killed process before it takes the first file',
      file: 'src/storage/disk/private-folder.ts',
      find: 'await this.#sweep()',
      replace: '',
      tests: [
        [
          'src/storage/disk/disk-process.test.ts',
          'never show drafts of a killed process, and sweep them with their first draft',
        ],
      ],
    },
    {
      guard: 'takes no drafts from a process that it cannot see before 75 seconds of silence',
      file: 'src/storage/disk/owner-judge.ts',
      find: 'const isSilent = silentMs >= SILENT_MS',
      replace: 'const isSilent = true',
      tests: [
        [OWNERS, 'loses its drafts within two minutes after its death, and not before 75 seconds of silence'],
        [OWNERS, 'keeps its drafts as long as it lives, however often others sweep'],
      ],
    },
    {
      guard: 'starts watching again if its own process was stopped in between',
      file: 'src/storage/disk/owner-judge.ts',
      find: 'isSame && now - before.lookedAt <= LATE_MS ? before.since : now',
      replace: 'isSame ? before.since : now',
      tests: [[OWNERS, 'is watched from the beginning again if the watching process itself was stopped']],
    },
    {
      guard: 'gives a sign of life before it publishes, if the last one is too old',
      file: 'src/storage/disk/name-taker.ts',
      find: '    await folder.owner.confirm()\n',
      replace: '',
      tests: [
        [OWNERS, 'touches its lease before its next link, if it was stopped by %s'],
        [OWNERS, 'publishes nothing if it cannot touch its lease'],
      ],
    },
    {
      guard: 'never uses the old name again if the folder of its process was taken',
      file: 'src/storage/disk/owner.ts',
      find: '    if (this.#isMade) this.#begin()\n',
      replace: '',
      tests: [[OWNERS, 'fails the uploads whose drafts were taken, and takes new ones']],
    },
    {
      guard: 'continues a sweep past a draft that it cannot remove',
      file: 'src/storage/disk/draft-sweep.ts',
      find: '(await failures.during(() => sweepOwner(folders, name, work))) ?? 0',
      replace: 'await sweepOwner(folders, name, work)',
      tests: [
        [
          'src/storage/disk/settlement.test.ts',
          'goes on after an owner that it cannot take, settles the others, and rejects with the first failure',
        ],
      ],
    },
    {
      guard: 'removes the folder of its process at a normal exit',
      file: 'src/storage/disk/owner.ts',
      find: '      await rmdir(this.path)\n',
      replace: '',
      tests: [[OWNERS, 'removes the folder of its process, and can be used again']],
    },
  ],
}
