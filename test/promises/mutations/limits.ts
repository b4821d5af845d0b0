import type { GuardedPromise } from '../mutation.ts'

const LIMITS = 'src/receive/receive-limits.test.ts'
const ONE_MORE = '$limit refuses one more with $code'
const DECODER = 'src/multipart/decoder.test.ts'
const EXACTLY = '%s of %d (else %s): %j'
const TYPED = 'src/form/form-refusals.test.ts'

export const LIMITS_OF_EVERYTHING: GuardedPromise = {
  heading: 'Everything has a limit',
  mutations: [
    {
      guard: 'limits JSON as a field, also if it has a filename',
      file: 'src/receive/read-form.ts',
      find: 'return filename === undefined || this.#isJson(name)',
      replace: 'return filename === undefined',
      tests: [['src/form/json-field.test.ts', 'a field of JSON is refused > if it is larger than a field may be, %s']],
    },
    {
      guard: 'refuses JSON that is nested too deeply',
      file: 'src/form/json-field.ts',
      find: 'isDeeperThan(MAX_DEPTH, text) ?',
      replace: 'isDeeperThan(Infinity, text) ?',
      tests: [
        [
          'src/form/json-field.test.ts',
          'a field of JSON is refused > if it has more than 100 levels, which would exhaust the stack of a recursive schema',
        ],
      ],
    },
    {
      guard: 'counts the files of a form, including left-out companions',
      file: 'src/protocols/form/form-protocol.ts',
      find: 'if (files.length >= limits.maxFiles)',
      replace: 'if (files.length > limits.maxFiles)',
      tests: [
        [
          'src/protocols/form/companion-file.test.ts',
          'a form with what macOS keeps beside files > is refused for a file too many: %s, %s',
        ],
      ],
    },
    {
      guard: 'counts the bytes of a form, or of a body that is a file, as they come',
      file: 'src/receive/body-check.ts',
      find: 'this.#checkSize(this.#size)',
      replace: '',
      tests: [
        [LIMITS, 'maxBodySize holds to the byte (%j)'],
        ['src/protocols/binary/binary-protocol.test.ts', 'of a body that turns out to be %s'],
      ],
    },
    {
      guard: 'refuses a body by its declared length',
      file: 'src/receive/body-check.ts',
      find: 'if (body.length !== undefined) this.#checkSize(body.length)',
      replace: '',
      tests: [[LIMITS, 'there are limits by default']],
    },
    {
      guard: 'counts the bytes of each file that goes to a set',
      file: 'src/policy/file-inspection.ts',
      find: 'if (this.#size > limit) {',
      replace: 'if (this.#size > Infinity) {',
      tests: [
        ['src/policy/save-source.test.ts', 'maxFileSize holds to the byte, %s'],
        ['src/handler/upload-handler.test.ts', 'a second file that %s leaves nothing of the form'],
      ],
    },
    {
      guard: 'counts the bytes of each file that `receive` takes',
      file: 'src/receive/received-file.ts',
      find: 'if (this.#content.size + bytes.length > this.#maxFileSize) {',
      replace: 'if (this.#content.size + bytes.length > Infinity) {',
      tests: [[LIMITS, ONE_MORE]],
    },
    {
      guard: 'counts the bytes of each file that `parts` gives',
      file: 'src/receive/part-reader.ts',
      find: 'if (this.#file.size > limit) throw',
      replace: 'if (this.#file.size > Infinity) throw',
      tests: [['src/receive/parts-refusal.test.ts', 'a form that is refused > for $limit with $code, read or not']],
    },
    {
      guard: 'counts files',
      file: 'src/receive/form-decoder.ts',
      find: 'if (this.#files > maxFiles) throw',
      replace: 'if (this.#files > Infinity) throw',
      tests: [[LIMITS, ONE_MORE]],
    },
    {
      guard: 'counts fields',
      file: 'src/receive/form-decoder.ts',
      find: 'if (this.#fields > maxFields) throw',
      replace: 'if (this.#fields > Infinity) throw',
      tests: [[LIMITS, ONE_MORE]],
    },
    {
      guard: 'counts the bytes of a field',
      file: 'src/receive/form-decoder.ts',
      find: 'if (this.#fieldSize > limit) {',
      replace: 'if (this.#fieldSize > Infinity) {',
      tests: [[LIMITS, ONE_MORE]],
    },
    {
      guard: 'counts the bytes of a urlencoded field as they come',
      file: 'src/receive/field-bytes.ts',
      find: 'if (this.#bytes.size + bytes.length > this.#limit) throw this.#tooLarge()',
      replace: '',
      tests: [
        ['src/receive/urlencoded-decoder.test.ts', 'hold while the body arrives: no field is kept beyond its limit'],
      ],
    },
    {
      guard: 'counts the bytes of all fields together',
      file: 'src/receive/form-decoder.ts',
      find: 'if (this.#fieldsSize > limit) {',
      replace: 'if (this.#fieldsSize > Infinity) {',
      tests: [[LIMITS, ONE_MORE]],
    },
    {
      guard: 'counts the fields of a urlencoded form',
      file: 'src/receive/urlencoded-decoder.ts',
      find: "if (this.#pairs.length >= maxFields) throw new UploadError('too-many-fields', { limit: maxFields })",
      replace: '',
      tests: [['src/receive/urlencoded-decoder.test.ts', 'maxFields accepts exactly that many fields']],
    },
    {
      guard: 'counts parts',
      file: 'src/multipart/decoder.ts',
      find: "if (this.#parts > limit) throw new UploadError('too-many-parts', { limit })",
      replace: '',
      tests: [
        [DECODER, EXACTLY],
        [LIMITS, ONE_MORE],
      ],
    },
    {
      guard: 'counts the bytes before the first part and after the last one',
      file: 'src/multipart/decoder.ts',
      find: "if (size > limit) throw new UploadError('padding-too-large', { limit })",
      replace: '',
      tests: [
        [DECODER, EXACTLY],
        [LIMITS, 'maxPaddingSize holds to the byte'],
      ],
    },
    {
      guard: 'counts the spaces behind a delimiter, since it may have to keep them',
      file: 'src/multipart/delimiter-line.ts',
      find: 'if (this.#padding > this.#maxPaddingSize) {',
      replace: 'if (this.#padding > Infinity) {',
      tests: [
        [DECODER, EXACTLY],
        [
          'src/multipart/decoder-bytes.test.ts',
          'are kept for no more than one line that may be a delimiter: its padding is limited',
        ],
      ],
    },
    {
      guard: "counts the bytes of a part's header before it keeps them",
      file: 'src/multipart/decoder.ts',
      find: "if (size === limit) throw new UploadError('part-header-too-large', { limit })",
      replace: '',
      tests: [
        [DECODER, EXACTLY],
        [LIMITS, 'maxPartHeaderSize holds to the byte'],
      ],
    },
    {
      guard: 'counts the headers of a part',
      file: 'src/multipart/part-head.ts',
      find: "if (lines.length > limit) throw new UploadError('too-many-part-headers', { limit })",
      replace: '',
      tests: [
        [DECODER, EXACTLY],
        [LIMITS, ONE_MORE],
      ],
    },
    {
      guard: 'counts the bytes of a name',
      file: 'src/multipart/part-head.ts',
      find: "if (name.length * 3 > limit && UTF_8.encode(name).length > limit) throw new UploadError('name-too-long', { limit })",
      replace: '',
      tests: [
        [DECODER, EXACTLY],
        [LIMITS, ONE_MORE],
      ],
    },
    {
      guard: 'reads a head with a long name by the full grammar, which limits names',
      file: 'src/multipart/plain-head.ts',
      find: 'if (Math.max(name.length, filename?.length ?? 0) > limits.maxNameSize) return undefined',
      replace: '',
      tests: [
        ['src/multipart/plain-head.test.ts', 'leaves %j to the grammar'],
        [DECODER, 'by default 1,000 parts, 16 KiB of header, 32 headers, names of 4 KiB and 64 KiB of padding'],
      ],
    },
    {
      guard: 'accepts no NaN as a limit, which would be no limit',
      file: 'src/errors/limit.ts',
      find: 'value >= 0',
      replace: '!(value < 0)',
      tests: [[LIMITS, '%s has to be a number: NaN would be no limit at all']],
    },
    {
      guard: 'refuses an option that is misspelt, which would leave its limit at the default',
      file: 'src/errors/check-options.ts',
      find: 'if (kind === undefined) throw',
      replace: 'if (kind === undefined) continue\n    if (kind === null) throw',
      tests: [
        [
          'test/misuse/javascript-calls.test.ts',
          'a call that only JavaScript allows is a TypeError that says what to do: > %s',
        ],
      ],
    },
    {
      guard: 'counts the bytes of the form that `parts` reads',
      file: 'src/receive/part-reader.ts',
      find: '        this.#check.append(chunk)\n',
      replace: '',
      tests: [['src/receive/parts-refusal.test.ts', 'a form that is refused > for its size, to the byte (%j)']],
    },
    {
      guard: 'counts the files of each input of a typed form',
      file: 'src/form/files-node.ts',
      find: 'if (count > limit) return',
      replace: 'if (count > Infinity) return',
      tests: [[TYPED, 'may hold more files than an input takes: they are not stored, and need no space']],
    },
    {
      guard: 'stores nothing of the files that are too many for an input of a typed form',
      file: 'src/form/files-node.ts',
      find: 'if (this.#count > this.#input.max) return new IgnoredFile()',
      replace: '',
      tests: [[TYPED, 'may hold more files than an input takes: they are not stored, and need no space']],
    },
    {
      guard: 'reports at most a hundred mistakes in a typed form',
      file: 'src/form/form-reading.ts',
      find: '...this.#unknown].slice(0, MAX_ERRORS)',
      replace: '...this.#unknown]',
      tests: [['src/form/form-fields.test.ts', 'are reported up to a hundred, each shortened']],
    },
    {
      guard: 'counts the ampersands of a urlencoded form that end no pair',
      file: 'src/receive/urlencoded-decoder.ts',
      find: 'this.#count(1)',
      replace: '',
      tests: [
        [
          'src/receive/urlencoded-decoder.test.ts',
          'ampersands without a pair between them count towards the size of all fields',
        ],
      ],
    },
    {
      guard: 'begins no upload on a disk that has room for few more files, if a part of it is to stay free',
      file: 'src/storage/disk/free-space.ts',
      find: 'return freeFiles < kept',
      replace: 'return freeFiles < -kept',
      tests: [
        [
          'src/storage/disk/free-space.test.ts',
          'a disk of which a part is to stay free > with %s (%i in all, %i free), a draft is %s',
        ],
      ],
    },
  ],
}
