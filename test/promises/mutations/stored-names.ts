import type { GuardedPromise } from '../mutation.ts'

const NAMES = 'src/filename/stored-name.test.ts'
const PLACES = 'src/policy/placement.test.ts'
const WIRE = 'test/promises/names-on-the-wire.test.ts'
const SAFE = 'a stored name is safe for any name of the client: %j'
const HIDDEN = 'an invisible character is removed > %j is stored as %j'
const ENDS = 'nothing leads or trails that a system reads in its own way > %j is stored as %j'
const DISGUISED = 'a character that gives a name another extension becomes an underscore > %j is stored as %j'

export const STORED_NAMES: GuardedPromise = {
  heading: 'Stored names are safe on every system',
  mutations: [
    {
      guard: 'removes controls, bidi and invisible characters',
      file: 'src/filename/visible-name.ts',
      find: ".replace(HIDDEN, '')",
      replace: '',
      tests: [
        [NAMES, HIDDEN],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'removes a joiner that joins nothing',
      file: 'src/filename/visible-name.ts',
      find: ".replace(STRAY_JOINER, '')",
      replace: '',
      tests: [[NAMES, HIDDEN]],
    },
    {
      guard: 'removes a variation selector that selects nothing',
      file: 'src/filename/visible-name.ts',
      find: ".replace(STRAY_SELECTOR, '')",
      replace: '',
      tests: [[NAMES, HIDDEN]],
    },
    {
      guard: 'removes tags that are not part of a flag',
      file: 'src/filename/visible-name.ts',
      find: ".replace(FLAG_OR_TAG, '$1')",
      replace: '',
      tests: [[NAMES, HIDDEN]],
    },
    {
      guard: 'leaves no invisible character next to a dot',
      file: 'src/filename/visible-name.ts',
      find: ".replace(BESIDE_DOT, '')",
      replace: '',
      tests: [[NAMES, HIDDEN]],
    },
    {
      guard: 'leaves no invisible character in an extension',
      file: 'src/filename/stored-name.ts',
      find: "const seen = suffix.replace(IGNORABLE, '').normalize('NFC')",
      replace: "const seen = suffix.normalize('NFC')",
      tests: [[NAMES, HIDDEN]],
    },
    {
      guard: 'cuts a name to 255 bytes',
      file: 'src/filename/stored-name.ts',
      find: 'const cut = cutToBytes(stem, limit)',
      replace: 'const cut = cutToBytes(stem, Infinity)',
      tests: [[NAMES, 'a name that is too long is cut, and its extension kept > at 255 bytes']],
    },
    {
      guard: 'gives no file the name of a device',
      file: 'src/filename/stored-name.ts',
      find: ' || DEVICE.test(shadow)',
      replace: '',
      tests: [
        [NAMES, '%j gets an underscore in front'],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'gives no file the name of a file that servers obey',
      file: 'src/filename/stored-name.ts',
      find: 'OBEYED.has(shadow) || ',
      replace: '',
      tests: [[NAMES, '%j gets an underscore in front']],
    },
    {
      guard: 'replaces characters that a system forbids, such as the colon of streams',
      file: 'src/filename/stored-name.ts',
      find: ".replace(FORBIDDEN, '_')",
      replace: '',
      tests: [
        [NAMES, 'a character that some system forbids becomes an underscore > %j is stored as %j'],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'lets no name begin with a dot, dash or space',
      file: 'src/filename/stored-name.ts',
      find: 'trimEnd(name.slice(lead.length))',
      replace: 'trimEnd(name)',
      tests: [
        [NAMES, ENDS],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'lets no name end in a dot or space',
      file: 'src/filename/stored-name.ts',
      find: 'if (TRAILING.test(character)) end = before',
      replace: "if (TRAILING.test('x')) end = before",
      tests: [
        [NAMES, ENDS],
        [WIRE, SAFE],
      ],
    },
    {
      guard: 'removes the dot of a script extension before another extension',
      file: 'src/filename/stored-name.ts',
      find: 'const name = disarm(fitted + suffix)',
      replace: 'const name = fitted + suffix',
      tests: [[NAMES, 'a script hidden behind another extension loses its dot > %j is stored as %j']],
    },
    {
      guard: 'lets no extension look like another one',
      file: 'src/filename/stored-name.ts',
      find: 'return stem + withoutDisguise(suffix)',
      replace: 'return stem + suffix',
      tests: [[NAMES, DISGUISED]],
    },
    {
      guard: 'lets no character that looks like a dot begin an extension',
      file: 'src/filename/stored-name.ts',
      find: "words.at(-1)?.replace(LIKE_DOT, '_')",
      replace: 'words.at(-1)',
      tests: [[NAMES, DISGUISED]],
    },
    {
      guard: 'gives no file a name that Windows may use as the short name of another file',
      file: 'src/filename/stored-name.ts',
      find: "return isShortName(shadowOf(name)) ? name.replace(/[~\\uff5e]/, '_') : name",
      replace: 'return name',
      tests: [[NAMES, 'a name that Windows gives to another file as its second one > %j is stored as %j']],
    },
    {
      guard: 'passes a naming function the safe name, so that no client creates a folder by it',
      file: 'src/policy/placement.ts',
      find: 'return ownNameBy(naming, storedName(filename))',
      replace: 'return ownNameBy(naming, filename)',
      tests: [[PLACES, 'a naming function > gets the last segment of a name, made safe: %j becomes %j']],
    },
    {
      guard: 'makes the result of a naming function safe again',
      file: 'src/policy/placement.ts',
      find: 'const name = storedName(result.slice(slash + 1))',
      replace: 'const name = result.slice(slash + 1)',
      tests: [[PLACES, 'a naming function > can return an unsafe name, which is made safe']],
    },
  ],
}
