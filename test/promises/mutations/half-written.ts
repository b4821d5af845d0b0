import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-storage.test.ts'

export const HALF_WRITTEN: GuardedPromise = {
  heading: 'A half-written file is never served and never listed',
  mutations: [
    {
      guard: 'writes drafts where nobody reads, and not under the name that the file will have',
      file: 'src/storage/disk/disk-draft.ts',
      find: 'undefined ? folder.ownDrafts :',
      replace: 'undefined ? this.#place.root :',
      tests: [
        ['test/promises/half-written.test.ts', 'a file is nowhere until its last byte is stored: %s'],
        ['src/protocols/form/form-protocol.test.ts', 'when the client vanishes by %s'],
      ],
    },
    {
      guard: 'takes no name that begins with a dot for a key, so that private folders cannot be asked for',
      file: 'src/filename/key.ts',
      find: "if (beginsWithDot(segment)) return 'a segment begins with a dot'",
      replace: '',
      tests: [
        ['test/promises/half-written.test.ts', 'a file is nowhere until its last byte is stored: %s'],
        ['src/handler/route.test.ts', '%s is never a file'],
        [DISK, 'neither lists nor opens what is hidden, a link or no regular file'],
      ],
    },
    {
      guard: 'passes over names that are no keys when it lists',
      file: 'src/storage/disk/folder-children.ts',
      find: 'if (!isDiskKey(prefix + child.name)) continue',
      replace: '',
      tests: [
        ['test/promises/half-written.test.ts', 'a file is nowhere until its last byte is stored: %s'],
        [DISK, 'neither lists nor opens what is hidden, a link or no regular file'],
      ],
    },
    {
      guard: 'saves a received file beside its place until it is whole',
      file: 'src/receive/spool/save-file.ts',
      find: 'open: () => create(temporary), remove }',
      replace: 'open: () => create(path), remove }',
      tests: [['src/receive/spool/save-file.test.ts', 'nothing has the name until the file is whole']],
    },
  ],
}
