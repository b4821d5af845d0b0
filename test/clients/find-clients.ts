import { spawnSync } from 'node:child_process'
import { env } from 'node:process'
import { findProgram } from '../find-program.ts'

/** The path of curl (`$CURL`), or undefined if the machine has none. */
export function findCurl(): string | undefined {
  return findProgram('CURL', ['/usr/bin/curl', '/usr/local/bin/curl', '/opt/homebrew/bin/curl'])
}

/** The path of wget (`$WGET`), or undefined if the machine has none. */
export function findWget(): string | undefined {
  return findProgram('WGET', ['/usr/bin/wget', '/usr/local/bin/wget', '/opt/homebrew/bin/wget'])
}

/** The path of a Python 3 (`$PYTHON`) that can import this module, or undefined if the machine has none. */
export function findPythonWith(module: string): string | undefined {
  const named = env['PYTHON']
  // Debian installs modules for its own Python, which may not be the first one in PATH.
  const places = named ? [named] : ['/usr/bin/python3', '/usr/local/bin/python3', '/opt/homebrew/bin/python3']
  return places.find((python) => spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0)
}
