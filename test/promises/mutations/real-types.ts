import type { GuardedPromise } from '../mutation.ts'

const INSPECTION = 'src/policy/inspection.test.ts'

export const REAL_TYPES: GuardedPromise = {
  heading: 'A file is what its name says',
  mutations: [
    {
      guard: 'holds the content against the extension',
      file: 'src/policy/inspection.ts',
      find: "if (!agrees) throw new UploadError('type-mismatch', { filename, extension, found })",
      replace: '',
      tests: [
        [INSPECTION, 'has to be what its name says: %s is refused, and nothing is kept'],
        ['test/promises/inert-answers.test.ts', 'a page that calls itself a picture is refused'],
      ],
    },
    {
      guard: 'records the type that is proven, and not the one that is claimed',
      file: 'src/policy/inspection.ts',
      find: 'return { ...record, type }',
      replace: 'return { ...record, type: head.contentType ?? type }',
      tests: [[INSPECTION, 'is recorded and not what is claimed: %s']],
    },
    {
      guard: 'judges by the name that the file will have',
      file: 'src/policy/upload-set.ts',
      find: "extension: content === 'verify' ? extensionOf(place.name) || ownExtension : undefined,",
      replace: "extension: content === 'verify' ? extensionOf(filename) : undefined,",
      tests: [[INSPECTION, 'is judged by the name that the file will have']],
    },
    {
      guard: 'finds HTML as browsers find it, whatever the extension is that nobody knows',
      file: 'src/media/check-content.ts',
      find: 'return verdict(mayRun(lowercase) || !RUNNABLE.has(real), real, found, claimedType)',
      replace: 'return verdict(true, real, found, claimedType)',
      tests: [['src/media/check-content.test.ts', 'of an extension that nobody knows > %j must not hide there']],
    },
  ],
}
