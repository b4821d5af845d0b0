import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-storage.test.ts'
const SAVE = 'src/receive/spool/save-file.test.ts'
const PLANTED = 'test/promises/planted-links.test.ts'

export const NO_OVERWRITING: GuardedPromise = {
  heading: 'Nothing is overwritten, nor written through a symlink',
  mutations: [
    {
      guard: 'publishes by link(2), which fails where the name is taken',
      file: 'src/storage/disk/publication.ts',
      find: 'await folder.calls.link(draft, target)',
      replace: 'await folder.calls.rename(draft, target)',
      tests: [
        [DISK, 'never writes through a planted symlink, nor over anything else'],
        ['src/handler/upload-handler.test.ts', 'twenty uploads of one name at once are twenty files'],
        [PLANTED, 'an upload by $way over a planted $what leaves it alone'],
      ],
    },
    {
      guard: 'looks whether the name is taken where there are no hard links',
      file: 'src/storage/disk/publication.ts',
      find: 'if (await folder.calls.exists(target)) return false',
      replace: '',
      tests: [
        [DISK, 'never overwrites, and the loser can take another key'],
        [DISK, 'never writes through a planted symlink, nor over anything else'],
      ],
    },
    {
      guard: 'sees a symlink that leads nowhere as a name that is taken',
      file: 'src/file/disk-calls.ts',
      find: 'fs.lstatSync(path',
      replace: 'fs.statSync(path',
      tests: [[DISK, 'never writes through a planted symlink, nor over anything else']],
    },
    {
      guard: 'saves a received file under a free name only, unless it is told to replace',
      file: 'src/receive/spool/save-file.ts',
      find: 'await link(temporary, path)\n    await remove()',
      replace: 'await rename(temporary, path)',
      tests: [
        [SAVE, 'a name that is taken is refused, and what has it stays'],
        [SAVE, 'a symlink is never written through: it counts as taken'],
        [SAVE, 'twenty that want one name at once: one has it, whole, and nineteen are told'],
      ],
    },
    {
      guard: 'tries the next name where one is taken, and never the same key twice',
      file: 'src/policy/upload-draft.ts',
      find: 'const key = keyOf(attempt)\n      if (key === undefined) break',
      replace: 'const key = attempt > 2 ? undefined : keyOf(attempt)\n      if (key === undefined) break',
      tests: [['src/policy/upload-set.test.ts', 'twenty of one name at once are twenty files (%s)']],
    },
  ],
}
