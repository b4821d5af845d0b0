import type { GuardedPromise } from '../mutation.ts'

const WIRE = 'test/wire/wire.test.ts'
const FUZZ = 'test/fuzz/fuzz.test.ts'
const REFERENCE =
  'tells the same parts or the same refusal as a plain reference that reads the whole body, however it is cut'

export const CHUNKING: GuardedPromise = {
  heading: 'Chunking never changes the result',
  mutations: [
    {
      guard: 'holds back bytes that may begin a delimiter',
      file: 'src/multipart/decoder.ts',
      find: 'if (place !== -1) {',
      replace: 'if (place < -1) {',
      tests: [
        [WIRE, 'split at every byte, it is the same form'],
        ['src/receive/receive-node.test.ts', 'a body in writes of one byte is the same as one in a single write'],
      ],
    },
    {
      guard: 'hands on the bytes that it held back if they turn out to be content',
      file: 'src/multipart/decoder.ts',
      find: 'if (content.length > 0) this.#emit(content)',
      replace: '',
      tests: [[FUZZ, REFERENCE]],
    },
    {
      guard: 'continues exactly at the place where its search was held up',
      file: 'src/multipart/delimiter-search.ts',
      find: 'at = end - reach\n',
      replace: 'at = end\n',
      tests: [
        [
          'src/multipart/decoder-floods.test.ts',
          'bytes that hold the search up hide no delimiter and make none: boundary %s',
        ],
      ],
    },
    {
      guard: 'meets the limit of a header at the same byte, however the header was cut',
      file: 'src/multipart/decoder.ts',
      find: 'const size = Math.min(before + chunk.length - start, limit)',
      replace: 'const size = before + chunk.length - start',
      tests: [[FUZZ, REFERENCE]],
    },
    {
      guard: 'continues a write that the system ended in the middle of a chunk',
      file: 'src/file/after-bytes.ts',
      find: 'return [chunk.subarray(left), ',
      replace: 'return [chunk, ',
      tests: [
        [
          'src/file/after-bytes.test.ts',
          'after a partial write, exactly the bytes that were not written are left, wherever it stopped',
        ],
      ],
    },
  ],
}
