import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INSTALL_MS, npm } from '../npm.ts'

// The same tests of one small app, written for each runner, on the built package: run by it as a user would.

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'app')
const require = createRequire(import.meta.url)
// Jest is installed for its test alone: it is a tenth of all packages here, and no other test needs it.
const JEST = 'jest@30.5.2'
const jestFolder = await mkdtemp(join(tmpdir(), 'decant-jest-'))
const jestConfig = JSON.stringify({ rootDir: folder, transform: {}, testMatch: ['**/jest.test.mjs'] })

const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  vitest: [
    join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs'),
    'run',
    '--root',
    folder,
    'vitest.test.mjs',
  ],
  jest: [
    '--experimental-vm-modules',
    join(jestFolder, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    jestConfig,
  ],
  'node:test': ['--test', '--test-reporter=spec', 'node.test.mjs'],
}

beforeAll(async () => {
  await writeFile(join(jestFolder, 'package.json'), '{ "private": true }')
  await npm(jestFolder, 'install', '--no-audit', '--no-fund', JEST)
}, INSTALL_MS)

afterAll(async () => await rm(jestFolder, { recursive: true, force: true }))

/** The output of the runner, and whether all is well. */
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
  test('pass if it is sound', async () => {
    const { passes, output } = await runTests(runner, false)
    expect(passes, output).toBe(true)
    expect(output).toMatch(/4 passed|pass 4/)
  })

  test('fail if it is broken, and name the fault', async () => {
    const { passes, output } = await runTests(runner, true)
    expect(passes, output).toBe(false)
    expect(output).toMatch(/3 passed|pass 3/)
    expect(output).toContain('a file that is not a photo is refused')
  })
})
