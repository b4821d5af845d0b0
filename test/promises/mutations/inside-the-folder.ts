import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-storage.test.ts'
const NAMES = 'src/filename/stored-name.test.ts'
const TRUST = 'src/storage/disk/folder-trust.test.ts'

const FOLDERS = 'src/handler/folders.test.ts'
const SETS = 'src/policy/folders.test.ts'

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
      find: 'if ((await lstat(folder)).isDirectory()) continue',
      replace: "if (folder !== '') continue",
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
      file: 'src/handler/check-folders.ts',
      find: 'if (!keepsFolders) {',
      replace: 'if (key === "") {',
      tests: [
        ['src/handler/upload-handler.test.ts', 'only the server makes folders'],
        [FOLDERS, 'a handler whose set keeps no folders lets no client make one'],
      ],
    },
    {
      guard: 'keeps no folder of a client unless the set asks for it',
      file: 'src/policy/placement.ts',
      find: 'keepsFolders ? toClientPath(filename) : { folders: [], name: filename }',
      replace: 'toClientPath(filename)',
      tests: [[SETS, 'a set that keeps folders > is not the default: then only the last segment counts']],
    },
    {
      guard: 'refuses ".." in the path of a client',
      file: 'src/filename/client-path.ts',
      find: "if (folders.includes('..')) return",
      replace: "if (folders.includes('...')) return",
      tests: [
        [SETS, 'a set that keeps folders > refuses %j with a reason and with what to do'],
        [FOLDERS, 'a handler whose set keeps folders > refuses a form with the path %j, and keeps nothing'],
      ],
    },
    {
      guard: "drops the folders of the client's own disk",
      file: 'src/filename/client-path.ts',
      find: 'if (ABSOLUTE.test(filename)) return { folders: [], name }',
      replace: '',
      tests: [[SETS, 'a set that keeps folders > stores %j at %j']],
    },
    {
      guard: 'lets a client make 16 folders in each other at most',
      file: 'src/filename/client-path.ts',
      find: 'if (folders.length > MAX_FOLDERS) {',
      replace: 'if (folders.length < 0) {',
      tests: [
        [SETS, 'a set that keeps folders > refuses %j with a reason and with what to do'],
        [FOLDERS, 'a handler whose set keeps folders > refuses a PUT to %s with 400, and suggests %s'],
      ],
    },
    {
      guard: 'makes each folder of a client a safe name that no server runs',
      file: 'src/policy/placement.ts',
      find: 'const stored = below.map(storedFolder)',
      replace: 'const stored = below.map(storedName)',
      tests: [[SETS, 'a set that keeps folders > stores %j at %j']],
    },
    {
      guard: 'puts the folders of a client below that of the application',
      file: 'src/policy/placement.ts',
      find: 'folder: own.folder === undefined ? folder : join(folder, own.folder) }',
      replace: 'folder: own.folder ?? folder }',
      tests: [[SETS, 'a set that keeps folders > puts the folders of a client below the folder of the application']],
    },
    {
      guard: 'makes no folder whose name is promised to a file',
      file: 'src/storage/disk/key-folders.ts',
      find: 'if (!(await isReserved(store, folder))) continue',
      replace: "if (folder !== '') continue",
      tests: [
        [
          'src/storage/disk/disk-transaction.test.ts',
          'makes no folder whose name is promised to a file, whichever transaction promised it',
        ],
        [
          FOLDERS,
          'a handler whose set keeps folders > gives the folder a number if a file has its name, also within one form',
        ],
      ],
    },
    {
      guard: 'goes around a file that has the name of a folder',
      file: 'src/policy/upload-draft.ts',
      find: 'const around = place.around(folder)',
      replace: 'const around = undefined',
      tests: [[SETS, 'a file that has the name of a folder > gives the folder a number, the same for all its files']],
    },
    {
      guard: 'lists no folder by a text that is not a path',
      file: 'src/handler/list-files.ts',
      find: 'if (folder === undefined || (others.length === 0 && isKey(folder))) return folder',
      replace: 'if (others.length === 0) return folder',
      tests: [[FOLDERS, 'the list of one folder > is refused with 400 for the folder %j']],
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
