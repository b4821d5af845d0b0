import type { GuardedPromise } from '../mutation.ts'

const HTTP = 'test/digest/digest.test.ts'

export const DIGESTS: GuardedPromise = {
  heading: 'Claimed digests are checked, and recorded ones are true',
  mutations: [
    {
      guard: 'refuses a body with a wrong digest',
      file: 'src/digest/claimed-digests.ts',
      find: "if (digests.some((digest) => !isEqual(digest, actual))) throw new UploadError('digest-mismatch', { algorithm })",
      replace: '',
      tests: [['src/digest/claimed-digests.test.ts', 'one claim of %s that is not true is enough: %o']],
    },
    {
      guard: 'checks the digest of a form or a single file before it publishes a file',
      file: 'src/receive/body-check.ts',
      find: 'this.#claimed?.verify()',
      replace: '',
      tests: [
        [HTTP, 'with a false %s is refused, and nothing is left: %o'],
        [HTTP, 'is checked as a whole: %s'],
      ],
    },
    {
      guard: 'takes the digest of the bytes that are stored',
      file: 'src/policy/file-inspection.ts',
      find: 'this.#hasher?.update(bytes)',
      replace: '',
      tests: [
        [
          'src/policy/digest.test.ts',
          'a set that takes digests returns and records the digest of each file, also for other processes',
        ],
      ],
    },
  ],
}
