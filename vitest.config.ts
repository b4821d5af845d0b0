import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import type { ViteUserConfigFnObject } from 'vitest/config'
import { TEST_SUITES } from './test/test-suites.ts'

const { quick, system } = TEST_SUITES

const config: ViteUserConfigFnObject = defineConfig(({ mode }) => {
  // `--mode quick` or `--mode system`; without it, as for a single file, both.
  const tests = mode === 'quick' ? quick : mode === 'system' ? system : [...quick, ...system]
  const typeTests = tests.filter((glob) => glob.endsWith('.test-d.ts'))
  return {
    // package.json "imports" then point into src/: tests run the sources, not dist/.
    resolve: { conditions: ['source'] },
    ssr: { resolve: { conditions: ['source'] } },
    test: {
      include: tests.filter((glob) => !typeTests.includes(glob)),
      typecheck: { enabled: typeTests.length > 0, include: typeTests },
      // It starts nothing before a test asks for it.
      ...(mode !== 'quick' && { globalSetup: ['./test/s3/engine-setup.ts'] }),
      reporters: ['default', './test/summary-reporter.ts'],
      // Vitest leaves one core free, which on two cores costs half of them.
      ...(availableParallelism() === 2 && { maxWorkers: 2 }),
      // Two cores: a browser, a server and a 2 GB body may share them.
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  }
})

export default config
