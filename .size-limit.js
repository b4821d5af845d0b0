// The growth of a user's bundle, minified and gzipped: an alarm for a new dependency or room, not a goal. `#spool`,
// `#digest` and the dependencies are counted too, as they are with a bundler for Node.
const forNode = (config) => ({
  ...config,
  platform: 'node',
  format: 'esm',
  alias: { '#spool': './dist/spool-file.js', '#digest': './dist/digest-node.js' },
  // Imported late, by the content check: a chunk of its own, of 23 kB, if a bundler splits.
  external: ['file-type'],
})

const entry = (name, path, limit) => ({ name, path, limit, gzip: true, modifyEsbuildConfig: forNode })

export default [
  entry('decant', 'dist/index.js', '58 kB'),
  entry('decant/names', 'dist/names.js', '16 kB'),
  entry('decant/media', 'dist/media.js', '11 kB'),
  entry('decant/multipart', 'dist/multipart.js', '15 kB'),
  entry('decant/disk', 'dist/disk.js', '40 kB'),
  entry('decant/memory', 'dist/memory.js', '15 kB'),
  entry('decant/storage', 'dist/storage.js', '6 kB'),
  entry('decant/adapter', 'dist/adapter.js', '9 kB'),
  entry('decant/clamav', 'dist/clamav.js', '7 kB'),
  entry('decant/express', 'dist/express.js', '15 kB'),
  entry('decant/fastify', 'dist/fastify.js', '15 kB'),
  entry('decant/koa', 'dist/koa.js', '15 kB'),
  entry('decant/hono', 'dist/hono.js', '15 kB'),
  entry('decant/next', 'dist/next.js', '10 kB'),
  entry('decant/nest', 'dist/nest.js', '17 kB'),
  entry('decant/access', 'dist/access.js', '14 kB'),
  entry('decant/form', 'dist/form.js', '36 kB'),
  entry('decant/serve', 'dist/serve.js', '20 kB'),
  entry('decant/env', 'dist/env.js', '60 kB'),
  { name: 'decant/client', path: 'dist/client.js', limit: '5 kB', gzip: true },
  { name: "the page's script", path: 'dist/assets/client.js', limit: '8 kB', gzip: true },
]
