import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

// The same tests of one small app, written for each runner, on the built package: run by it as a user would.

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'app')
const require = createRequire(import.meta.url)
const jestConfig = JSON.stringify({ rootDir: folder, transform: {}, testMatch: ['**/jest.test.mjs'] })

const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  vitest: [
    join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs'),
    'run',
    '--root',
    folder,
    'vitest.test.mjs',
  ],
  jest: ['--experimental-vm-modules', require.resolve('jest/bin/jest'), '--config', jestConfig],
  'node:test': ['--test', '--test-reporter=spec', 'node.test.mjs'],
}

/** What the runner says, and whether all is well. */
async function runTests(runner: string, broken: boolean): Promise<{ passes: boolean; output: string }> {
  // As from a terminal, not from within Vitest.
  const own = Object.entries(env).filter(([name]) => !/^(?:VITEST|JEST|NODE_|TEST$|DEV$|PROD$|MODE$)/.test(name))
  const options = {
    cwd: folder,
    env: { ...Object.fromEntries(own), NO_COLOR: '1', ...(broken && { BROKEN_APP: '1' }) },
  }
  try {
    const { stdout, stderr } = await run(execPath, RUNNERS[runner] ?? [], options)
    return { passes: true, output: stdout + stderr }
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error && 'code' in error)) throw error
    expect(error.code).toBe(1)
    return { passes: false, output: `${String(error.stdout)}${String(error.stderr)}` }
  }
}

describe.each(Object.keys(RUNNERS))('in %s, the tests of an app', (runner) => {
  test('pass where it is sound', async () => {
    const { passes, output } = await runTests(runner, false)
    expect(passes, output).toBe(true)
    expect(output).toMatch(/4 passed|pass 4/)
  })

  test('fail where it is broken, and say at what', async () => {
    const { passes, output } = await runTests(runner, true)
    expect(passes, output).toBe(false)
    expect(output).toMatch(/3 passed|pass 3/)
    expect(output).toContain('what is no photo is refused')
  })
})
