import type { GuardedPromise } from '../mutation.ts'

const CALLS = 'test/faults/failing-calls.test.ts'

/** Its tests trace system calls, and are skipped if the machine has no program for it. */
export const DURABLE: GuardedPromise = {
  heading: 'With `durable`, a stored file survives a power failure',
  mutations: [
    {
      guard: 'flushes the file before it is published',
      file: 'src/storage/disk/disk-draft.ts',
      find: '    await syncFile(file)\n',
      replace: '',
      tests: [
        [
          CALLS,
          'flushes the file, its record and each folder on the way once when it is durable, and nothing otherwise',
        ],
      ],
    },
    {
      guard: 'flushes the folders on the way before it answers',
      file: 'src/storage/disk/sealed-disk-draft.ts',
      find: 'if (durable) await Promise.all([root, ...foldersOf(root, key), records.folder].map(flushFolder))',
      replace: '',
      tests: [
        [
          CALLS,
          'flushes the file, its record and each folder on the way once when it is durable, and nothing otherwise',
        ],
        [CALLS, 'keeps nothing of a file when flush %i of it fails'],
      ],
    },
  ],
}
