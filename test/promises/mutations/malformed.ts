import type { GuardedPromise } from '../mutation.ts'

const RECEIVE = 'src/receive/receive-node.test.ts'
const FUZZ = 'test/fuzz/fuzz.test.ts'
const REFERENCE =
  'tells the same parts or the same refusal as a plain reference that reads the whole body, however it is cut'
const TYPED = 'src/form/form-refusals.test.ts'
const ALL_AT_ONCE = 'reports all faults at once, each at its control, and keeps nothing'
const DISPOSITION = 'src/multipart/disposition.test.ts'
const HEAD = 'src/multipart/part-head.test.ts'
const REFUSED = 'a header is refused with the number of the part, its field and the reason > %j'

export const MALFORMED: GuardedPromise = {
  heading: 'A truncated or malformed body is refused with a reason',
  mutations: [
    {
      guard: 'refuses a body without its last delimiter',
      file: 'src/multipart/decoder.ts',
      find: "throw new UploadError('truncated-body', { reason: 'the last delimiter is missing' })",
      replace: 'return',
      tests: [
        [RECEIVE, 'a form without its last delimiter is truncated'],
        ['src/protocols/form/form-protocol.test.ts', 'when it ends before its last delimiter'],
        ['test/wire/wire.test.ts', 'cut short anywhere, it is refused'],
      ],
    },
    {
      guard: 'refuses a body in which the announced boundary never comes',
      file: 'src/multipart/decoder.ts',
      find: "if (this.#state === 'preamble') throw malformed('the boundary that the Content-Type announces is not in it')",
      replace: "if (this.#state === 'preamble') return",
      tests: [
        ['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s'],
        [FUZZ, REFERENCE],
      ],
    },
    {
      guard: 'refuses a delimiter line that ends in LF alone, since another reader would see other parts',
      file: 'src/multipart/empty-line.ts',
      find: "    if (byte === LF) throw malformedPart(part, undefined, 'a line of its header ends in LF without CR')\n    if (byte !== CR)",
      replace: '    if (byte !== CR && byte !== LF)',
      tests: [['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s']],
    },
    {
      guard:
        'refuses a first delimiter that is not at the beginning of a line, since another reader sees no part there',
      file: 'src/multipart/decoder.ts',
      find: 'if (reason !== undefined) throw malformed(reason)',
      replace: "if (reason === '') throw malformed(reason)",
      tests: [
        ['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s'],
        [FUZZ, REFERENCE],
      ],
    },
    {
      guard: 'refuses a delimiter after a bare LF, since another reader ends the part there',
      file: 'src/multipart/decoder.ts',
      find: "if (before === 'lf') throw malformed(",
      replace: "if (before === 'lf' && next < 0) throw malformed(",
      tests: [
        ['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s'],
        [FUZZ, REFERENCE],
      ],
    },
    {
      guard: 'refuses a delimiter after a bare CR, since another reader ends the part there',
      file: 'src/multipart/decoder.ts',
      find: "if (before === 'cr') throw malformed(",
      replace: "if (before === 'cr' && next < 0) throw malformed(",
      tests: [
        ['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s'],
        [FUZZ, REFERENCE],
      ],
    },
    {
      guard: 'refuses a delimiter after the last one, since another reader goes on there',
      file: 'src/multipart/decoder.ts',
      find: "if (this.#state === 'epilogue') throw malformed('a delimiter comes after the last one')",
      replace: '',
      tests: [
        ['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s'],
        [FUZZ, REFERENCE],
      ],
    },
    {
      guard: 'refuses a `boundary*`, from which some readers would take the boundary',
      file: 'src/multipart/boundary.ts',
      find: 'if (extended !== undefined) {',
      replace: "if (extended === '') {",
      tests: [['src/multipart/boundary.test.ts', 'with the parameter %s is refused: %s']],
    },
    {
      guard: 'refuses a name that is given twice',
      file: 'src/multipart/disposition.ts',
      find: 'if (before === undefined) return value',
      replace: "if (before !== '\\0') return value",
      tests: [[HEAD, REFUSED]],
    },
    {
      guard: 'refuses a name in pieces, since another reader would put together another name',
      file: 'src/multipart/disposition.ts',
      find: 'if (!/^(?:file)?name\\*/.test(parameter)) return',
      replace: "if (parameter !== '\\0') return",
      tests: [[HEAD, REFUSED]],
    },
    {
      guard: 'refuses control characters that an encoded name brings',
      file: 'src/multipart/disposition.ts',
      find: 'if (CONTROL.test(name)) throw',
      replace: "if (name === '\\0') throw",
      tests: [
        [DISPOSITION, 'names of fields and files > filename* cannot bring the control character %s'],
        [DISPOSITION, 'names of fields and files > an RFC 2047 word cannot bring control characters: %s'],
      ],
    },
    {
      guard: 'refuses several files in one part, which would be lost as text',
      file: 'src/multipart/part-head.ts',
      find: "?? MULTIPART.test(contentType ?? '')",
      replace: '?? false',
      tests: [[HEAD, REFUSED]],
    },
    {
      guard: 'refuses a transfer encoding, which would be stored as the file',
      file: 'src/multipart/part-head.ts',
      find: '!IDENTITY_ENCODING.test(encoding)',
      replace: 'encoding === undefined',
      tests: [[HEAD, REFUSED]],
    },
    {
      guard: 'refuses a header of a part with control characters',
      file: 'src/multipart/empty-line.ts',
      find: "if (byte !== CR) throw malformedPart(part, undefined, 'its header has control characters')",
      replace: 'if (byte !== CR) continue',
      tests: [['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s']],
    },
    {
      guard: 'refuses a body with a transfer coding that the server has not undone',
      file: 'src/receive/check-codings.ts',
      find: "if (coding !== undefined) throw new UploadError('unsupported-transfer-coding', { coding })",
      replace: '',
      tests: [['src/handler/coded-bodies.test.ts', 'with a compressed Transfer-Encoding is refused, and never stored']],
    },
    {
      guard: 'refuses a multipart with parameters that cannot be read, and does not store it as a file',
      file: 'src/http/content-type.ts',
      find: 'mediaType?.essence ?? leadingMultipart(text)',
      replace: 'mediaType?.essence',
      tests: [
        ['src/http/content-type.test.ts', 'the Content-Type %j says that the body is of the kind "%s"'],
        ['src/protocols/binary/binary-protocol.test.ts', 'a body is refused, unread, > %s'],
      ],
    },
    {
      guard: 'refuses a body with a content coding',
      file: 'src/receive/check-codings.ts',
      find: 'if (contentEncoding === undefined) return',
      replace: "if (contentEncoding === undefined || text !== '\\0') return",
      tests: [
        ['src/handler/coded-bodies.test.ts', 'with Content-Encoding: %s is refused for its coding'],
        ['src/receive/coded-body.test.ts', 'a body that is compressed is refused, and never read as text, > %s'],
      ],
    },
    {
      guard: 'refuses bytes under an empty filename, which another reader takes for an empty file input',
      file: 'src/multipart/decoder.ts',
      find: 'if (this.#emptyInput !== undefined) {',
      replace: "if (this.#emptyInput === '\\0') {",
      tests: [
        ['src/multipart/decoder.test.ts', 'a body is refused with the reason > %s'],
        ['src/receive/empty-filename.test.ts', 'bytes under an empty filename are malformed > to %s'],
        ['src/receive/empty-filename.test.ts', 'ends with an error if a part has bytes that it would skip: %s'],
      ],
    },
    {
      guard: 'fails at once if a body parser has read the body already',
      file: 'src/http/node-body.ts',
      find: 'if (this.#request[READER] !== undefined || readableDidRead || readableEnded) return',
      replace: 'if (readableDidRead && !readableEnded) return',
      tests: [[RECEIVE, 'is a TypeError that says so, at once (Connection: %s)']],
    },
    {
      guard: 'refuses fields and files that a typed form does not declare',
      file: 'src/form/form-reading.ts',
      find: 'if (this.#options.ignoresUnknown || this.#unknown.length >= MAX_ERRORS) return',
      replace: "if (this.#options.ignoresUnknown || name !== '\\0') return",
      tests: [[TYPED, ALL_AT_ONCE]],
    },
    {
      guard: 'reports all mistakes in the fields of a typed form at once',
      file: 'src/form/form-tree.ts',
      find: 'for (const [key, child] of this.children) errors.push(',
      replace: 'for (const [key, child] of this.children) if (errors.length === 0) errors.push(',
      tests: [[TYPED, ALL_AT_ONCE]],
    },
    {
      guard: 'reads on after it refuses a file of a typed form, to report all mistakes at once',
      file: 'src/form/sent-file.ts',
      find: 'if (!isUploadError(error) || isServerFailure(error)) throw error',
      replace: 'if (!isUploadError(error) || error.status >= 400) throw error',
      tests: [[TYPED, ALL_AT_ONCE]],
    },
  ],
}
