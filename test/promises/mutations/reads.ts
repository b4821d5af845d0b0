import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-storage.test.ts'
const HIDDEN = 'does not list or open a hidden file, a symlink or anything but a file'
const ESCAPE = 'test/promises/reads-on-the-wire.test.ts'
const NOWHERE = 'an entry that no upload made is not found by %s: %s'

export const READS: GuardedPromise = {
  heading: 'Reads cannot leave the folder',
  mutations: [
    {
      guard: 'does not take an encoded slash for a separator of segments',
      file: 'src/filename/key.ts',
      find: "if (segments.some((segment) => segment.includes('/'))) throw invalidKey(path, 'it holds an encoded slash')",
      replace: '',
      tests: [
        ['src/filename/key.test.ts', "a URL's path > %j is refused: %s"],
        [ESCAPE, NOWHERE],
      ],
    },
    {
      guard: 'accepts no dot segment and no other name with a leading dot',
      file: 'src/filename/key.ts',
      find: "if (beginsWithDot(segment)) return 'a segment begins with a dot'",
      replace: '',
      tests: [[ESCAPE, NOWHERE]],
    },
    {
      guard: 'opens no symlink',
      file: 'src/storage/disk/open-disk-file.ts',
      find: 'constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK',
      replace: 'constants.O_RDONLY | constants.O_NONBLOCK',
      tests: [
        [DISK, HIDDEN],
        [ESCAPE, NOWHERE],
      ],
    },
    {
      guard: 'opens nothing below a folder that is really a symlink',
      file: 'src/storage/disk/open-disk-file.ts',
      find: "if (!key.includes('/')) return true",
      replace: "if (key !== '') return true",
      tests: [
        [DISK, HIDDEN],
        [ESCAPE, NOWHERE],
      ],
    },
    {
      guard: 'opens regular files only: no folder, device, socket or FIFO',
      file: 'src/storage/disk/open-disk-file.ts',
      find: 'if (stats.isFile() && (await isRight(stats)))',
      replace: 'if (await isRight(stats))',
      tests: [
        [DISK, HIDDEN],
        [ESCAPE, NOWHERE],
      ],
    },
    {
      guard: 'asks whether a file is current before it gives out bytes in memory',
      file: 'src/storage/cache/cached-storage.ts',
      find: 'if (known.isCurrent())',
      replace: 'if (known.readAt > 0)',
      tests: [
        ['src/storage/cache/cached-storage.test.ts', 'reads a file again if it is not current'],
        ['src/storage/disk/change-check.test.ts', 'is served as it is now if it was %s'],
      ],
    },
    {
      guard: 'gives out no bytes in memory of a file that was replaced or has changed',
      file: 'src/storage/disk/change-check.ts',
      find: 'if (present === undefined || !isUnchanged(present, file.stats)) return false',
      replace: 'if (present === undefined) return false',
      tests: [
        ['src/storage/disk/change-check.test.ts', 'is served as it is now if it was %s'],
        ['src/storage/disk/disk-storage.test.ts', 'reads a file that was changed by hand as it is now'],
      ],
    },
    {
      guard: 'keeps no bytes of a file whose next change could go unnoticed',
      file: 'src/storage/disk/change-check.ts',
      find: '!isSettled(file.stats, Date.now())',
      replace: '!isSettled(file.stats, Infinity)',
      tests: [
        [
          'src/storage/disk/change-check.test.ts',
          'that is so new that its next change could have the same time are not kept',
        ],
      ],
    },
    {
      guard: 'lists no symlink as a file',
      file: 'src/storage/disk/disk-entry.ts',
      find: 'return stats?.isFile() === true ? stats : undefined',
      replace: 'return stats?.isDirectory() === true ? undefined : stats',
      tests: [[DISK, HIDDEN]],
    },
    {
      guard: 'compares a prefix with whole segments, so that `/files` is not `/files-secret`',
      file: 'src/serve/file-server.ts',
      find: '(path) => (path.startsWith(`${base}/`) ?',
      replace: '(path) => (path.startsWith(base) ?',
      tests: [['src/serve/file-server.test.ts', '%s is left to the next handler']],
    },
    {
      guard: 'finds no file on Windows by a short name or another spelling',
      file: 'src/storage/disk/disk-key.ts',
      find: "(system !== 'win32' || !key.split('/').some(mayNameAnother))",
      replace: "(system !== '\\0' || !key.split('/').some(mayNameAnother))",
      tests: [
        [
          'src/storage/disk/disk-key.test.ts',
          '%j is a valid key, but not on Windows, which takes it for another file, and no upload gets such a name',
        ],
      ],
    },
    {
      guard: 'finds no file by a short name or another spelling on a file system that folds names',
      file: 'src/storage/disk/disk-storage.ts',
      find: 'isDiskKey(key) && spelling.isListed(key)',
      replace: 'isDiskKey(key)',
      tests: [
        [
          'test/names/short-names.test.ts',
          'short names of files on %s > lead no client to a hidden file, nor past a rule for its long name',
        ],
        ['test/names/short-names.test.ts', 'short names of files on %s > cannot be listed as folders'],
      ],
    },
    {
      guard: 'asks the folder itself how it spells a name that some file systems read in another way',
      file: 'src/storage/disk/key-spelling.ts',
      find: 'if (mayNameAnother(segment) && !(await this.#lists(',
      replace: "if (segment === '' && !(await this.#lists(",
      tests: [['src/storage/disk/key-spelling.test.ts', 'is not listed by FAT, even if FAT finds a file: %j']],
    },
  ],
}
