import type { GuardedPromise } from '../mutation.ts'

const CONTENT = 'src/media/check-content.test.ts'
const VARIANTS = 'src/media/content-variants.test.ts'
const DISGUISES = 'src/media/disguises.test.ts'
const INSPECTION = 'src/policy/inspection.test.ts'

export const REAL_TYPES: GuardedPromise = {
  heading: 'A file is what its name says',
  mutations: [
    {
      guard: 'compares the content with the extension',
      file: 'src/policy/inspection.ts',
      find: 'if (agrees) return type',
      replace: 'if (found !== undefined) return type',
      tests: [
        [INSPECTION, 'has to agree with its name: %s is refused, and nothing is kept'],
        ['test/promises/inert-answers.test.ts', 'a page that calls itself a picture is refused'],
      ],
    },
    {
      guard: 'records the type that is proven, and not the one that is claimed',
      file: 'src/policy/inspection.ts',
      find: 'return { ...record, type }',
      replace: 'return { ...record, type: head.type ?? type }',
      tests: [[INSPECTION, 'decides the recorded type, not the claimed type: %s']],
    },
    {
      guard: 'judges the name that the file will have',
      file: 'src/policy/upload-set.ts',
      find: 'const extension = extensionOf(filename) || ownExtension',
      replace: 'const extension = ownExtension',
      tests: [[INSPECTION, 'is compared with the name that the file will have']],
    },
    {
      guard: 'refuses programs and markup under the extensions of images, sound, video, documents, archives and fonts',
      file: 'src/media/check-content.ts',
      find: 'if (isActive(proof) || (hasMacros(type) && !hasMacros(named))) return false',
      replace: 'if (hasMacros(type) && !hasMacros(named)) return false',
      tests: [[DISGUISES, 'no program and no markup passes under the extension of anything else: .%s']],
    },
    {
      guard: 'refuses documents with macros under the extension of those without',
      file: 'src/media/real-type.ts',
      find: "letters.startsWith('PK') ? (macroType(bytes) ?? found) : found",
      replace: 'found',
      tests: [[CONTENT, 'a document with macros never passes for one without > .%s (%#)']],
    },
    {
      guard: 'takes another format only if the set takes it under an extension of its own',
      file: 'src/media/check-content.ts',
      find: 'variant !== undefined && usualExtensions(variant).some(takes) ? variant : undefined',
      replace: 'variant',
      tests: [
        [
          VARIANTS,
          'another format of the same kind is recorded as what it is, if the set takes it under its own name > .%s (%#)',
        ],
        [INSPECTION, 'may be another format of its kind, if the set takes that under its own name too'],
      ],
    },
    {
      guard: 'refuses text with a NUL byte, or that begins like a binary format',
      file: 'src/media/check-content.ts',
      find: "if (isText && text === 'any' && (proof === undefined || TEXTUAL.test(proof.type))) return named",
      replace: "if (text === 'any' && (isText || proof === undefined || proof.type !== '')) return named",
      tests: [
        [CONTENT, 'text > has no NUL, and that is the reason which is told: %j'],
        [CONTENT, 'text > is not what begins like a binary format: %j'],
      ],
    },
    {
      guard: 'shows no file in the browser if only its content tells its type',
      file: 'src/serve/serve-file.ts',
      find: 'isInline(type) && !isGuess',
      replace: 'isInline(type)',
      tests: [['src/serve/serve-file.test.ts', 'and saved if its name does not tell its content: %s (%#)']],
    },
  ],
}
