import type { GuardedPromise } from '../mutation.ts'

const CONTENT = 'src/media/check-content.test.ts'
const VARIANTS = 'src/media/content-variants.test.ts'
const DISGUISES = 'src/media/disguises.test.ts'
const ACCEPT = 'src/receive/accept.test.ts'
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
      guard: 'gives the files that `receive` accepts the type that is proven, and not the one that is claimed',
      file: 'src/receive/uploaded-file.ts',
      find: 'this.type = accepted?.type ?? head.type',
      replace: 'this.type = head.type',
      tests: [[ACCEPT, 'gives each file with the type that its content proves; the claim stays in the headers']],
    },
    {
      guard: 'judges every file that `receive` accepts before it returns the form',
      file: 'src/receive/received-file.ts',
      find: 'return this.#inspection === undefined ? this.#content.finish() : this.#inspect(this.#inspection)',
      replace: 'return this.#content.finish()',
      tests: [
        [ACCEPT, 'is refused if one file is refused for %s, and nothing is left'],
        [ACCEPT, 'lets checks read each whole file, in memory and on the disk'],
      ],
    },
    {
      guard: 'refuses a file in a field for which `accept` names no set',
      file: 'src/receive/accepted-files.ts',
      find: 'const set = this.#set ?? this.#setByField.get(field)',
      replace: 'const set = this.#set ?? this.#setByField.get(field) ?? [...this.#setByField.values()].at(-1)',
      tests: [[ACCEPT, 'leaves no way in for a file in a field that is not declared: %s']],
    },
    {
      guard: 'judges the content of a file that a set adopts',
      file: 'src/policy/take-over.ts',
      find: 'record: await inspection.inspect(sealed)',
      replace: 'record: admission.record',
      tests: [
        ['src/policy/adopt-file.test.ts', 'stays in its set if the new set refuses it for %s'],
        ['src/policy/adopt-path.test.ts', 'leaves the file at its path if the set refuses it for %s'],
      ],
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
