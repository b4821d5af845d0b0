import type { GuardedPromise } from '../mutation.ts'

const KEPT = 'src/form/kept-files.test.ts'

export const KEPT_FILES: GuardedPromise = {
  heading: 'A kept file can be used once, until it expires',
  mutations: [
    {
      guard: 'accepts no token that it has not signed',
      file: 'src/form/kept-files.ts',
      find: 'if (!(await this.#signer.verify(toMessage(text), signature))) return []',
      replace: '',
      tests: [
        [KEPT, 'is not found by a token that was changed at any position'],
        [KEPT, 'is found by its secret, and by an older one while that is accepted'],
      ],
    },
    {
      guard: 'gives a kept file only to the scope that has sent it',
      file: 'src/form/kept-files.ts',
      find: "if (!(await this.#isScope(content.scope, scope))) throw new UploadError('not-found', {})",
      replace: '',
      tests: [['src/form/kept-scopes.test.ts', 'is not found in another scope, and stays with its own']],
    },
    {
      guard: 'keeps no file whose input the handler has refused',
      file: 'src/form/form-reading.ts',
      find: '.filter(({ field }) => !this.#refused.includes(field))',
      replace: '',
      tests: [[KEPT, 'is not kept if the handler refuses its input, and the files of other inputs are']],
    },
    {
      guard: 'gives back no expired file',
      file: 'src/storage/disk/claimed-draft.ts',
      find: ' || found.expiresAt.getTime() <= Date.now()',
      replace: '',
      tests: [[KEPT, 'cannot be claimed after it has expired, and is swept']],
    },
    {
      guard: 'gives back a kept file once, even to several requests at the same time',
      file: 'src/storage/disk/claimed-draft.ts',
      find: '    if (isMissing(error)) return undefined\n    throw error\n',
      replace: '    if (!isMissing(error)) throw error\n',
      tests: [[KEPT, 'is used once, also if it is sent several times at once']],
    },
    {
      guard: 'gives a kept file only to the set that it was sent to',
      file: 'src/policy/upload-set.ts',
      find: 'if (note?.set !== name) {',
      replace: 'if (note === undefined) {',
      tests: [['src/policy/claim.test.ts', 'a set takes back no draft of another set, which keeps it']],
    },
    {
      guard: 'discards a kept file if the client chooses another one',
      file: 'src/form/files-node.ts',
      find: '      this.#replaced.push(claimed)\n',
      replace: '',
      tests: [[KEPT, 'is replaced by a newly chosen file, and is then deleted']],
    },
  ],
}
