import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  // package.json "imports" then point into src/: tests run the sources, not dist/.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'examples/**/*.test.ts'],
    typecheck: { enabled: true, include: ['src/**/*.test-d.ts'] },
    reporters: ['default', './test/summary-reporter.ts'],
    // Two cores: a browser, a server and a 2 GB body may share them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

export default config
