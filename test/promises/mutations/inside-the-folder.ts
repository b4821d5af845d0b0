import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-storage.test.ts'
const NAMES = 'src/filename/stored-name.test.ts'
const TRUST = 'src/storage/disk/folder-trust.test.ts'

export const INSIDE_THE_FOLDER: GuardedPromise = {
  heading: 'Nothing is written outside the folder',
  mutations: [
    {
      guard: "keeps only the last segment of a client's name",
      file: 'src/filename/stored-name.ts',
      find: "return path.split(/[\\\\/]/).findLast((segment) => segment !== '') ?? ''",
      replace: 'return path',
      tests: [
        [NAMES, 'only the last part of a path counts > %j is stored as %j'],
        ['test/promises/names-on-the-wire.test.ts', 'no spelling of a path leads out of the folder: %s'],
      ],
    },
    {
      guard: 'decodes no slash, backslash or control character into a percent-encoded name',
      file: 'src/multipart/percent-encoded-name.ts',
      find: ' || UNWANTED.test(name)',
      replace: '',
      tests: [['src/multipart/disposition.test.ts', 'with decodesPercent > any other filename stands for itself: %s']],
    },
    {
      guard: 'accepts no backslash in a key, which is a slash on Windows',
      file: 'src/filename/key.ts',
      find: "if (key.includes('\\\\')) return 'it holds a backslash'",
      replace: '',
      tests: [['src/filename/key.test.ts', 'nothing outside or private can be named > %j is not a key: %s']],
    },
    {
      guard: 'makes no file below a folder that is really a symlink',
      file: 'src/storage/disk/plain-folder.ts',
      find: `      if (!(await lstat(folder)).isDirectory())
        throw`,
      replace: `      if (folder === '')
        throw`,
      tests: [[DISK, 'never writes through a planted symlink, and never overwrites']],
    },
    {
      guard: 'keeps its drafts in no private folder that is really a symlink',
      file: 'src/storage/disk/folder-trust.ts',
      find: 'if (!stats.isDirectory()) throw',
      replace: "if (path === '') throw",
      tests: [
        [TRUST, 'a private folder %s > is refused by every call that writes, deletes, claims or sweeps: .decant/%s'],
      ],
    },
    {
      guard: 'lets no client create folders',
      file: 'src/handler/upload-handler.ts',
      find: "if (method === 'PUT' && asked.askedKey !== undefined) checkNoFolder(asked.askedKey)",
      replace: '',
      tests: [['src/handler/upload-handler.test.ts', 'only the server makes folders']],
    },
    {
      guard: "accepts no unsafe folder from the developer's code",
      file: 'src/filename/key.ts',
      find: "if (!folder.split('/').every(isStoredName)) {",
      replace: "if (folder === '\\0') {",
      tests: [['src/policy/placement.test.ts', 'the folder in the name %j is a TypeError too']],
    },
  ],
}
