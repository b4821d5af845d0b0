import type { GuardedPromise } from '../mutation.ts'

const NAMES = 'src/filename/stored-name.test.ts'
const WIRE = 'test/promises/names-on-the-wire.test.ts'
const SAFE = 'a stored name is safe, whatever the client calls the file: %j'

export const STORED_NAMES: GuardedPromise = {
  heading: 'Stored names are safe on every system',
  mutations: [
    {
      guard: 'removes controls, bidi and invisible characters',
      file: 'src/filename/stored-name.ts',
      find: ".replace(INVISIBLE, '')",
      replace: '',
      tests: [
        [NAMES, 'what cannot be seen is gone > %j is stored as %j'],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'cuts a name to 255 bytes',
      file: 'src/filename/stored-name.ts',
      find: 'return trimEnd(cutToBytes(stem, limit))',
      replace: 'return trimEnd(cutToBytes(stem, Infinity))',
      tests: [[NAMES, 'a name that is too long is cut, and its extension kept > at 255 bytes']],
    },
    {
      guard: 'gives no file the name of a device',
      file: 'src/filename/stored-name.ts',
      find: ' || DEVICE.test(compatible.toUpperCase())',
      replace: '',
      tests: [
        [NAMES, '%j gets an underscore in front'],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'gives no file a name that a server obeys',
      file: 'src/filename/stored-name.ts',
      find: 'OBEYED.has(compatible.toLowerCase()) || ',
      replace: '',
      tests: [[NAMES, '%j gets an underscore in front']],
    },
    {
      guard: 'replaces what a system forbids, the colon of streams among it',
      file: 'src/filename/stored-name.ts',
      find: "(isUnsafe(character) ? '_' : character)",
      replace: "(isUnsafe('') ? '_' : character)",
      tests: [
        [NAMES, 'what a system forbids becomes an underscore > %j is stored as %j'],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'lets no dot, dash or space lead',
      file: 'src/filename/stored-name.ts',
      find: "return name.replace(/^[. \\-\\ufe63\\uff0d]+/, '')",
      replace: 'return name',
      tests: [
        [NAMES, 'nothing leads or trails that a system reads in its own way > %j is stored as %j'],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'lets no dot or space trail',
      file: 'src/filename/stored-name.ts',
      find: "while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--",
      replace: '',
      tests: [
        [NAMES, 'nothing leads or trails that a system reads in its own way > %j is stored as %j'],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'takes the dot from a script behind another extension',
      file: 'src/filename/stored-name.ts',
      find: 'const name = disarm(fitted) + suffix',
      replace: 'const name = fitted + suffix',
      tests: [[NAMES, 'a script hidden behind another extension loses its dot > %j is stored as %j']],
    },
    {
      guard: 'gives no file a name that Windows may give to another one as its short name',
      file: 'src/filename/stored-name.ts',
      find: "return isShortName(name) ? name.replace('~', '_') : name",
      replace: 'return name',
      tests: [[NAMES, 'a name that Windows gives to another file as its second one > %j is stored as %j']],
    },
  ],
}
