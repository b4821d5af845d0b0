import type { GuardedPromise } from '../mutation.ts'

const SERVE = 'src/serve/serve-file.test.ts'
const RANGES = 'src/serve/ranges.test.ts'
const CONDITIONS = 'src/serve/conditions.test.ts'
const PRECONDITIONS = 'src/handler/preconditions.test.ts'

export const RANGES_AND_CONDITIONS: GuardedPromise = {
  heading: 'Ranges and conditions follow RFC 9110',
  mutations: [
    {
      guard: 'gives the whole file for a suffix range that is longer than the file',
      file: 'src/serve/ranges.ts',
      find: 'start: Math.max(0, size - Number(suffix)), end: size }',
      replace: 'start: size - Number(suffix), end: size }',
      tests: [
        [RANGES, 'of a file of ten bytes > %s is a part'],
        [RANGES, 'no header, even if it is long or malformed, yields a part that is empty or lies outside the file'],
      ],
    },
    {
      guard: 'never sends more bytes than the file has, for any number of ranges',
      file: 'src/serve/ranges.ts',
      find: 'if (start !== undefined && span.start > end) return undefined',
      replace: '',
      tests: [[RANGES, '%s is more than one part, and ignored']],
    },
    {
      guard: 'tells a range that gets 416 from one that is ignored',
      file: 'src/serve/ranges.ts',
      find: "return spans.length === 0 ? 'unsatisfiable' : coalesce(spans)",
      replace: 'return coalesce(spans)',
      tests: [
        [SERVE, '%s is refused with the size'],
        ['src/handler/upload-handler.test.ts', 'a range outside the file tells its size'],
      ],
    },
    {
      guard: 'evaluates If-Range before it sends a part',
      file: 'src/serve/serve-file.ts',
      find: ' || !isRangeWanted(request, validators, now)) return undefined',
      replace: ') return undefined',
      tests: [[SERVE, 'with If-Range is a part of the same file, or the whole new file']],
    },
    {
      guard: 'compares entity tags weakly for readers only',
      file: 'src/serve/conditions.ts',
      find: "if (!listHas(ifMatch, etag, 'strong')) return 'precondition-failed'",
      replace: "if (!listHas(ifMatch, etag, 'weak')) return 'precondition-failed'",
      tests: [[CONDITIONS, 'a request with conditions > %j: %s']],
    },
    {
      guard: 'evaluates the conditions of a PUT and a DELETE before it reads or deletes anything',
      file: 'src/serve/preconditions.ts',
      find: "toValidators(entry, now), now) === 'precondition-failed'",
      replace: "toValidators(entry, now), now) === 'precondition-failed' && key === ''",
      tests: [
        [PRECONDITIONS, 'that does not hold is refused before any byte of the body has come'],
        [PRECONDITIONS, 'deletes the file that the client has seen, and not the one that took its place'],
      ],
    },
    {
      guard: 'refuses a file that is to replace another if there is none',
      file: 'src/serve/preconditions.ts',
      find: "if (request.method === 'PUT' && request.header('if-match') !== undefined)",
      replace: "if (request.method === '\\0')",
      tests: [[PRECONDITIONS, 'on %s, %o: %s']],
    },
  ],
}
