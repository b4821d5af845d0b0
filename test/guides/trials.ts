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
  /** It is a server, to which a form is sent. `stops`: it then ends by itself when it gets SIGTERM. */
  | {
      readonly kind: 'server'
      readonly path: string
      readonly fields: readonly Field[]
      readonly status: number
      readonly stops?: boolean
    }
  /** The check of that name in `recipes/` calls what it exports. */
  | { readonly kind: 'recipe'; readonly check: string }
  /** It holds tests. */
  | { readonly kind: 'tests' }

const CAT: Field = ['photo', '@cat.png']
const FILE: Field = ['file', '@cat.png']
const TITLE: Field = ['title', 'Cats']
const SCRIPT: Trial = { kind: 'script' }
const TESTS: Trial = { kind: 'tests' }

/** The trial of each program in TypeScript, by its title. */
export const TRIALS: Readonly<Record<string, Trial>> = {
  'README.md, In your own server, 1': { kind: 'server', path: '/photos', fields: [FILE], status: 201 },
  'docs/guide/content-check.md, The content check, 1': SCRIPT,
  'docs/errors.md, In a browser, 1': SCRIPT,
  'docs/errors.md, Errors, 1': { kind: 'route', method: 'POST', fields: [FILE], status: 200 },
  'docs/guide/forms.md, Reading a form, 1': { kind: 'route', method: 'POST', fields: [TITLE, FILE], status: 200 },
  'docs/guide/forms.md, Files that meet a policy, 1': {
    kind: 'route',
    method: 'POST',
    fields: [['avatar', '@cat.png']],
    status: 200,
  },
  'docs/guide/parts.md, A form while it arrives, 1': {
    kind: 'route',
    method: 'POST',
    fields: [TITLE, FILE],
    status: 201,
  },
  'docs/guide/names.md, Names, 1': SCRIPT,
  'docs/guide/upload-sets.md, Upload sets, 1': SCRIPT,
  'docs/guide/upload-sets.md, A policy without storing, 1': {
    kind: 'script',
    prints: 'type-mismatch "cat.png" is not what its name says: it is text/html. Choose another file.\n',
  },
  'docs/guide/content-check.md, Checks of your own, 1': SCRIPT,
  'docs/guide/upload-sets.md, Folders of clients, 1': {
    kind: 'script',
    prints: 'users/7/trip/day-1/a.txt a.txt\n',
  },
  'docs/guide/upload-sets.md, Files that are there already, 1': {
    kind: 'script',
    prints: 'photos/cat.png\nphotos/made.png\n',
  },
  'docs/guide/upload-sets.md, Digests, 1': {
    kind: 'script',
    prints: 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:\n',
  },
  'docs/guide/typed-forms.md, Typed forms, 1': {
    kind: 'route',
    method: 'POST',
    fields: [
      TITLE,
      ['tags', 'a'],
      ['tags', 'b'],
      ['address.street', 'Elm'],
      ['place', '{"lat":1,"lon":2}'],
      ['cover', '@cat.png'],
      ['gallery', '@cat.png'],
    ],
    status: 201,
  },
  'docs/guide/typed-forms.md, Labels, 1': SCRIPT,
  'docs/guide/typed-forms.md, With a database, 1': SCRIPT,
  'docs/guide/typed-forms.md, Thumbnails, and files that are replaced, 1': SCRIPT,
  'docs/guide/typed-forms.md, Other containers and other hosts, 1': SCRIPT,
  'docs/guide/typed-forms.md, Behind a URL, 1': {
    kind: 'server',
    path: '/bills',
    fields: [
      ['sum', '7'],
      ['paper', '@cat.png'],
    ],
    status: 201,
  },
  'docs/guide/typed-forms.md, Showing the form again, 1': {
    kind: 'route',
    method: 'POST',
    fields: [TITLE, ['paper', '@cat.png']],
    status: 303,
  },
  'docs/s3.md, Files in a bucket (S3), 1': SCRIPT,
  'docs/guide/storages.md, Storages, 1': SCRIPT,
  'docs/guide/storages.md, A storage of your own, 1': TESTS,
  'docs/guide/upload-sets.md, Sets from the environment, 1': SCRIPT,
  'docs/guide/handler.md, The handler, 1': { kind: 'server', path: '/uploads/photos', fields: [CAT], status: 201 },
  'docs/guide/handler.md, Users, 1': SCRIPT,
  'docs/guide/handler.md, Folders of clients, 1': SCRIPT,
  'docs/guide/handler.md, Rows in a database, 1': { kind: 'recipe', check: 'rows-in-a-database' },
  'docs/guide/frameworks.md, Express, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 201 },
  'docs/guide/frameworks.md, Fastify, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 200 },
  'docs/guide/frameworks.md, Koa, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 200 },
  'docs/guide/frameworks.md, NestJS, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 201 },
  'docs/guide/frameworks.md, Hono, 1': { kind: 'server', path: '/avatar', fields: [FILE], status: 201 },
  'docs/guide/frameworks.md, Next.js, 1': { kind: 'route', method: 'POST', fields: [FILE], status: 201 },
  'docs/guide/frameworks.md, An adapter of your own, 1': SCRIPT,
  'docs/guide/access.md, Access, 1': SCRIPT,
  'docs/guide/access.md, Signed links, 1': SCRIPT,
  'docs/guide/handler.md, A page of your own, 1': SCRIPT,
  'docs/guide/refusals.md, Refusals of your own, 1': { kind: 'server', path: '/papers', fields: [FILE], status: 401 },
  'docs/guide/refusals.md, Your own words, 1': { kind: 'route', method: 'POST', fields: [FILE], status: 200 },
  'docs/guide/forms.md, Forms of other sites, 1': { kind: 'route', method: 'POST', fields: [FILE], status: 200 },
  'docs/guide/access.md, Pages of other sites, 1': SCRIPT,
  'docs/guide/serving.md, Serving files, 1': { kind: 'route', method: 'GET', fields: [], status: 200 },
  'docs/guide/parts.md, Multipart without a request, 1': SCRIPT,
  'docs/guide/testing.md, Testing, 1': TESTS,
  'docs/guide/testing.md, Attack your own app, 1': TESTS,
  'docs/guide/testing.md, Attack your own app, 2': SCRIPT,
  'docs/guide/serving.md, Caching, 1': SCRIPT,
  'docs/guide/deploying.md, Shutdown, 1': { kind: 'server', path: '/files', fields: [FILE], status: 201, stops: true },
  'docs/guide/recipes.md, An avatar, 1': { kind: 'recipe', check: 'avatar' },
  'docs/guide/recipes.md, A thumbnail, 1': { kind: 'recipe', check: 'thumbnail' },
  'docs/guide/recipes.md, Files of one user, 1': { kind: 'recipe', check: 'files-of-one-user' },
  'docs/guide/recipes.md, A rate limit, 1': { kind: 'recipe', check: 'rate-limit' },
  'docs/guide/recipes.md, Progress with `fetch`, 1': { kind: 'recipe', check: 'progress' },
  'docs/guide/recipes.md, AWS Lambda, 1': { kind: 'recipe', check: 'lambda' },
  'docs/guide/recipes.md, Google Cloud Functions, 1': { kind: 'recipe', check: 'cloud-function' },
  'docs/guide/recipes.md, Handing an upload on, 1': { kind: 'recipe', check: 'hand-on' },
  'docs/moving/from-multer.md, Several inputs, and errors of your own, 1': {
    kind: 'server',
    path: '/products',
    fields: [TITLE, ['price', '3'], ['cover', '@cat.png'], ['photos', '@cat.png']],
    status: 201,
  },
  'docs/moving/from-multer.md, Files in memory, 1': { kind: 'route', method: 'POST', fields: [CAT], status: 200 },
}
