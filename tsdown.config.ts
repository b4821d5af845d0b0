import { defineConfig } from 'tsdown'
import type { UserConfig } from 'tsdown'

const config: UserConfig[] = defineConfig([
  {
    // One file = one entry of package.json "exports"; `cli` is its "bin", the spools its "imports".
    entry: {
      index: 'src/index.ts',
      multipart: 'src/multipart.ts',
      'spool-file': 'src/receive/spool/file-spool.ts',
      'spool-memory': 'src/receive/spool/memory-spool.ts',
    },
    platform: 'node',
    fixedExtension: false,
    sourcemap: true,
    dts: { sourcemap: true },
    external: ['#spool'],
  },
])

export default config
