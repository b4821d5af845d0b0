import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-storage.test.ts'

export const HALF_WRITTEN: GuardedPromise = {
  heading: 'A half-written file is never served or listed',
  mutations: [
    {
      guard: 'writes drafts to a private folder, and not under the final name',
      file: 'src/storage/disk/disk-draft.ts',
      find: 'undefined ? folder.ownDrafts :',
      replace: 'undefined ? this.#place.root :',
      tests: [
        ['test/promises/half-written.test.ts', 'a file is not visible until its last byte is stored: %s'],
        ['src/protocols/form/form-protocol.test.ts', 'when the client vanishes by %s'],
      ],
    },
    {
      guard: 'accepts no key with a leading dot, so that private folders cannot be requested',
      file: 'src/filename/key.ts',
      find: "if (beginsWithDot(segment)) return 'a segment begins with a dot'",
      replace: '',
      tests: [
        ['test/promises/half-written.test.ts', 'a file is not visible until its last byte is stored: %s'],
        ['src/handler/route.test.ts', '%s is never a file'],
        [DISK, 'does not list or open a hidden file, a symlink or anything but a file'],
      ],
    },
    {
      guard: 'skips names in a list that are not valid keys',
      file: 'src/storage/disk/folder-children.ts',
      find: 'if (!isDiskKey(prefix + child.name)) continue',
      replace: '',
      tests: [
        ['test/promises/half-written.test.ts', 'a file is not visible until its last byte is stored: %s'],
        [DISK, 'does not list or open a hidden file, a symlink or anything but a file'],
      ],
    },
    {
      guard: 'writes a saved file next to its target until it is complete',
      file: 'src/receive/spool/save-file.ts',
      find: 'open: () => create(temporary), remove }',
      replace: 'open: () => create(path), remove }',
      tests: [['src/receive/spool/save-file.test.ts', 'the path does not exist until the file is whole']],
    },
  ],
}
