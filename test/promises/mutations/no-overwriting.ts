import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-storage.test.ts'
const SAVE = 'src/receive/spool/save-file.test.ts'
const NAMES = 'src/storage/disk/name-taker.test.ts'
const PLANTED = 'test/promises/planted-links.test.ts'

export const NO_OVERWRITING: GuardedPromise = {
  heading: 'Nothing is overwritten or written through a symlink',
  mutations: [
    {
      guard: 'publishes by link(2), which fails if the name is taken',
      file: 'src/storage/disk/name-taker.ts',
      find: 'await this.#place.folder.calls.link(this.#draft, target)',
      replace: 'await this.#place.folder.calls.rename(this.#draft, target)',
      tests: [
        [DISK, 'never writes through a planted symlink, and never overwrites'],
        ['src/handler/upload-handler.test.ts', 'twenty uploads of one name at once are twenty files'],
        [PLANTED, 'an upload by $way over a planted $what leaves it alone'],
      ],
    },
    {
      guard: 'checks whether the name is taken if there are no hard links',
      file: 'src/storage/disk/name-taker.ts',
      find: 'if (await folder.calls.exists(target)) return undefined',
      replace: '',
      tests: [
        [DISK, 'never overwrites, and the loser can take another key'],
        [DISK, 'never writes through a planted symlink, and never overwrites'],
      ],
    },
    {
      guard: 'counts a dangling symlink as a taken name',
      file: 'src/file/disk-calls.ts',
      find: 'fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined',
      replace: 'fs.statSync(path, { throwIfNoEntry: false }) !== undefined',
      tests: [[DISK, 'never writes through a planted symlink, and never overwrites']],
    },
    {
      guard: 'gives no client a name that another file has, even if the process was stopped in between',
      file: 'src/storage/disk/name-taker.ts',
      find: 'isSameFile(this.#stats, await this.#place.folder.calls.find(target))',
      replace: 'true',
      tests: [
        [NAMES, 'is told that it does not have the name if another file has it by now, and that file keeps its record'],
        [NAMES, 'does not replace the record of another file that has the name by now'],
      ],
    },
    {
      guard: 'keeps the record of another file that has the name by then',
      file: 'src/storage/disk/record-cache.ts',
      find: 'if (belongs) await this.#putBack(key, aside)',
      replace: '',
      tests: [[NAMES, 'does not replace the record of another file that has the name by now']],
    },
    {
      guard: 'uses a record only for the file with its inode',
      file: 'src/storage/disk/record-cache.ts',
      find: "if ('ino' in value && value.ino !== String(stats.ino)) return undefined",
      replace: '',
      tests: [[NAMES, 'a record of another file with the same size and time does not count for this file']],
    },
    {
      guard: 'does not move an upload that is about to withdraw',
      file: 'src/storage/disk/prepared-files.ts',
      find: 'if (await isDraft(place, await lstat(path, { bigint: true }))) return',
      replace: '',
      tests: [
        [
          NAMES,
          'keeps its file in place even if the transaction stops waiting, and does not remove another file later',
        ],
      ],
    },
    {
      guard: 'deletes only the file for which the condition holds',
      file: 'src/serve/preconditions.ts',
      find: 'storage.delete(key, { version: entry.version })',
      replace: 'storage.delete(key)',
      tests: [
        ['src/serve/preconditions.test.ts', 'deletes no file that has replaced the version that the client named'],
      ],
    },
    {
      guard: 'gives the name back to a file that is not the one to delete',
      file: 'src/storage/disk/deletion.ts',
      find: '    await putUnderFreeKey(place, file, key)\n',
      replace: '',
      tests: [
        [
          'src/storage/disk/deletion.test.ts',
          'is ended by the next process if one was killed: that version goes, any other gets its name back',
        ],
      ],
    },
    {
      guard: 'saves a received file under a free name only, unless it is told to replace',
      file: 'src/receive/spool/save-file.ts',
      find: 'await link(temporary, path)\n    await remove()',
      replace: 'await rename(temporary, path)',
      tests: [
        [SAVE, 'a name that is taken is refused, and its file stays'],
        [SAVE, 'a symlink is never written through: it counts as taken'],
        [SAVE, 'of twenty saves under one name at once, one succeeds and nineteen are refused'],
      ],
    },
    {
      guard: 'tries the next name if one is taken, and never the same key twice',
      file: 'src/policy/upload-draft.ts',
      find: 'return this.#underNumberedKey(key, numberedKey, (numbered) => this.#under(numbered, sealed, take))',
      replace: "throw new UploadError('name-taken', { key })",
      tests: [['src/policy/upload-set.test.ts', 'is different for each of twenty files of one name at once (%s)']],
    },
  ],
}
