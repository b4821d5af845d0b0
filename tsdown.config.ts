import { readdirSync } from 'node:fs'
import { defineConfig } from 'tsdown'
import type { UserConfig } from 'tsdown'

// The packages that dist/ may import at run time: package.json "dependencies". Any other package has to be bundled, on
// purpose, below.
const DEPENDENCIES = ['@standard-schema/spec', 'content-disposition', 'file-type', 'mrmime', 'structured-headers']

// Optional peers: only the code that needs one imports it.
const PEERS = ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner']

// devDependencies that travel inside dist/cli.js and dist/digest-pure.js, so that a library user never installs them.
const BUNDLED = ['@noble/hashes', 'hono', 'uqr']

// package.json "imports" chooses between two files where the code runs: here the name has to stay.
const SWITCHES = ['#digest', '#spool']

// One file in src/ = one entry of package.json "exports" (cli: its "bin"). test/architecture.test.ts compares the two.
const ENTRIES = readdirSync('src').filter((name) => name.endsWith('.ts') && name !== 'client.ts')

const config: UserConfig[] = defineConfig([
  {
    name: 'library',
    entry: {
      ...Object.fromEntries(ENTRIES.map((name) => [name.replace(/\.ts$/, ''), `src/${name}`])),
      'digest-node': 'src/digest/node-hasher.ts',
      'digest-pure': 'src/digest/pure-hasher.ts',
      'spool-file': 'src/receive/spool/file-spool.ts',
      'spool-memory': 'src/receive/spool/memory-spool.ts',
    },
    deps: {
      neverBundle: [...SWITCHES, ...DEPENDENCIES, ...PEERS],
      onlyBundle: BUNDLED,
      onlyImport: [...SWITCHES, ...DEPENDENCIES, ...PEERS],
    },
    platform: 'node',
    target: 'node22',
    fixedExtension: false,
    sourcemap: true,
    dts: { sourcemap: true },
    // Bundled packages keep their own terms.
    copy: BUNDLED.map((name) => ({
      from: `node_modules/${name}/LICENSE`,
      to: 'dist/licenses',
      rename: `${name.replace('@', '').replace('/', '-')}.txt`,
    })),
  },
  // For browsers, and one file, so that a page can load it without a bundler.
  {
    name: 'client',
    entry: { client: 'src/client.ts' },
    outDir: 'dist',
    // dist/ is the other build's to clean.
    clean: false,
    platform: 'browser',
    target: 'es2022',
    fixedExtension: false,
    sourcemap: true,
    dts: { sourcemap: true },
    // Its types reach the switches. Its code does not.
    deps: { neverBundle: SWITCHES, onlyImport: [] },
  },
  // The script, the style sheet and the icon of the page that `decant serve` shows.
  {
    name: 'page',
    entry: { client: 'src/app/page/client.ts' },
    outDir: 'dist/assets',
    // dist/ is the other build's to clean.
    clean: false,
    platform: 'browser',
    target: 'es2022',
    minify: true,
    dts: false,
    deps: { onlyImport: [] },
    copy: ['src/app/page/client.css', 'src/app/page/icon.svg'],
  },
])

export default config
