import type { GuardedPromise } from '../mutation.ts'

const SERVE = 'src/serve/serve-file.test.ts'
const INERT = 'test/promises/inert-answers.test.ts'

export const INERT_FILES: GuardedPromise = {
  heading: 'Served files are inert',
  mutations: [
    {
      guard: 'tells browsers not to guess another type',
      file: 'src/serve/inert-headers.ts',
      find: "'x-content-type-options': 'nosniff',",
      replace: '',
      tests: [
        [SERVE, 'as %s, shown or saved'],
        [INERT, 'a stored file cannot act for the site: %s'],
      ],
    },
    {
      guard: 'puts every file into a sandbox without scripts',
      file: 'src/serve/inert-headers.ts',
      find: "'content-security-policy': contentSecurityPolicy(type),",
      replace: '',
      tests: [
        [SERVE, 'as %s, shown or saved'],
        [INERT, 'a stored file cannot act for the site: %s'],
      ],
    },
    {
      guard: 'shows nothing in the browser that could be a document with scripts',
      file: 'src/media/active-type.ts',
      find: '(/^(?:image|audio|video)\\//.test(type) && !isActive(type))',
      replace: '/^(?:image|audio|video|text)\\//.test(type)',
      tests: [
        ['src/media/active-type.test.ts', '%s is active, and not shown'],
        [INERT, 'a stored file cannot act for the site: %s'],
      ],
    },
    {
      guard: 'sends a script as plain text, so that no page can load it',
      file: 'src/media/active-type.ts',
      find: "return SCRIPT.test(type) ? 'text/plain' : type",
      replace: 'return type',
      tests: [
        ['src/media/active-type.test.ts', '%s is served as text'],
        [INERT, 'a stored file cannot act for the site: %s'],
      ],
    },
    {
      guard: 'tells browsers not to guess the type of other answers either',
      file: 'src/http/text-outgoing.ts',
      find: "'x-content-type-options': 'nosniff',",
      replace: '',
      tests: [
        [
          'src/http/problem-outgoing.test.ts',
          'a refusal is problem details, not to be cached or taken for another type',
        ],
        [INERT, 'a refusal that repeats a name cannot act for the site either'],
      ],
    },
  ],
}
