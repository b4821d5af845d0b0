import type { GuardedPromise } from '../mutation.ts'

const NODE = 'src/adapters/node/node-handler.test.ts'
const RECEIVE = 'src/receive/receive-node.test.ts'

export const ABORTS: GuardedPromise = {
  heading: 'Aborts leave nothing',
  mutations: [
    {
      guard: 'knows a connection that was lost from a body that has ended',
      file: 'src/http/node-request.ts',
      find: "if (!ended) settle('gone', new UploadError('truncated-body', { reason: 'the connection was lost' }))",
      replace: "if (!ended) settle('ended')",
      tests: [[RECEIVE, 'before the end of a chunked body is told from one that sent all']],
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
        [RECEIVE, 'by %s is told from one that sent all, and leaves nothing'],
      ],
    },
    {
      guard: 'takes the name from a temporary file while it is still empty',
      file: 'src/receive/spool/temporary-file.ts',
      find: 'await unlinkFile(path)',
      replace: '',
      tests: [
        [RECEIVE, 'by %s is told from one that sent all, and leaves nothing'],
        ['src/receive/spool/file-spool.test.ts', 'by a process that was killed in the middle'],
      ],
    },
    {
      guard: 'sweeps what a killed process left before it takes the first file',
      file: 'src/storage/disk/private-folder.ts',
      find: 'await this.#sweep()',
      replace: '',
      tests: [
        [
          'src/storage/disk/disk-process.test.ts',
          'show nothing of one that was killed, and sweep it with their first draft',
        ],
      ],
    },
  ],
}
