/** A field of a form and its value; `@cat.png` is a picture. */
type Field = readonly [name: string, value: string]

/** How a program of a page is tried. */
export type Trial =
  /** It runs to its end. `prints` is what it then has printed. */
  | { readonly kind: 'script'; readonly prints?: string }
  /** It exports the handlers of a route, one of which is called. */
  | {
      readonly kind: 'route'
      readonly method: 'GET' | 'POST'
      readonly fields: readonly Field[]
      readonly status: number
    }
  /** It is a server, to which a form is sent. */
  | { readonly kind: 'server'; readonly path: string; readonly fields: readonly Field[]; readonly status: number }
  /** It holds tests. */
  | { readonly kind: 'tests' }

const CAT: Field = ['photo', '@cat.png']
const FILE: Field = ['file', '@cat.png']
const TITLE: Field = ['title', 'Cats']
const SCRIPT: Trial = { kind: 'script' }
const TESTS: Trial = { kind: 'tests' }

/** The trial of each program in TypeScript, by its title. */
export const TRIALS: Readonly<Record<string, Trial>> = {
  'README.md, In your own server, 1': { kind: 'server', path: '/', fields: [TITLE, FILE], status: 200 },
  'README.md, In your own server, 2': { kind: 'route', method: 'POST', fields: [CAT], status: 201 },
  'README.md, In your own server, 3': {
    kind: 'route',
    method: 'POST',
    fields: [TITLE, ['cover', '@cat.png'], ['gallery', '@cat.png']],
    status: 201,
  },
  'README.md, In your own server, 4': { kind: 'server', path: '/uploads', fields: [FILE], status: 201 },
  'docs/content-check.md, The content check, 1': SCRIPT,
  'docs/errors.md, Errors, 1': { kind: 'route', method: 'POST', fields: [FILE], status: 200 },
  'docs/guide.md, Reading a form, 1': { kind: 'route', method: 'POST', fields: [TITLE, FILE], status: 200 },
  'docs/guide.md, A form while it arrives, 1': { kind: 'route', method: 'POST', fields: [TITLE, FILE], status: 201 },
  'docs/guide.md, Names, 1': SCRIPT,
  'docs/guide.md, Upload sets, 1': SCRIPT,
  'docs/guide.md, What is in a file, 1': SCRIPT,
  'docs/guide.md, Digests, 1': { kind: 'script', prints: 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:\n' },
  'docs/guide.md, Typed forms, 1': {
    kind: 'route',
    method: 'POST',
    fields: [
      TITLE,
      ['tags', 'a'],
      ['tags', 'b'],
      ['address.street', 'Elm'],
      ['cover', '@cat.png'],
      ['gallery', '@cat.png'],
    ],
    status: 201,
  },
  'docs/guide.md, With a database, 1': SCRIPT,
  'docs/guide.md, With a database, 2': SCRIPT,
  'docs/guide.md, Showing the form again, without sending its files again, 1': {
    kind: 'route',
    method: 'POST',
    fields: [TITLE, ['paper', '@cat.png']],
    status: 303,
  },
  'docs/guide.md, What each setting survives, 1': SCRIPT,
  'docs/guide.md, What each setting survives, 2': TESTS,
  'docs/guide.md, Configure by the environment, 1': SCRIPT,
  'docs/guide.md, The handler, 1': { kind: 'server', path: '/uploads/photos', fields: [CAT], status: 201 },
  'docs/guide.md, Express, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 201 },
  'docs/guide.md, Fastify, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 200 },
  'docs/guide.md, Koa, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 200 },
  'docs/guide.md, NestJS, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 201 },
  'docs/guide.md, Hono, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 201 },
  'docs/guide.md, Next.js, SvelteKit, React Router, 1': { kind: 'route', method: 'POST', fields: [FILE], status: 201 },
  'docs/guide.md, An adapter of your own, 1': SCRIPT,
  'docs/guide.md, Who may do what, 1': SCRIPT,
  'docs/guide.md, Who may do what, 2': SCRIPT,
  'docs/guide.md, Forms of other sites, 1': { kind: 'route', method: 'POST', fields: [FILE], status: 200 },
  'docs/guide.md, Pages and pictures on another origin, 1': SCRIPT,
  'docs/guide.md, Serving files, 1': { kind: 'route', method: 'GET', fields: [], status: 200 },
  'docs/guide.md, Multipart by itself, 1': SCRIPT,
  'docs/guide.md, Test your app, 1': TESTS,
  'docs/guide.md, Attack your own app, 1': TESTS,
  'docs/guide.md, Attack your own app, 2': SCRIPT,
  'docs/moving/from-multer.md, Files in memory, 1': { kind: 'route', method: 'POST', fields: [CAT], status: 200 },
}
