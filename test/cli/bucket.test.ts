import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from './decant-process.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The command as it is installed: without the packages that only users with a bucket add. */
function installed(folder: string): string {
  const modules = join(folder, 'node_modules')
  const own = join(modules, 'decant')
  cpSync(join(ROOT, 'dist'), join(own, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(own, 'package.json'))
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  return join(own, 'dist/cli.js')
}

const SDK = '@aws-sdk/client-s3'
const PRESIGNER = '@aws-sdk/s3-request-presigner'

describe('a command without the SDK of AWS', () => {
  test('starts, and says how to get the SDK if a bucket is asked for', () => {
    using folder = temporaryFolder()
    const command = installed(folder.path)
    const run = (...typed: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(execPath, [command, ...typed], { encoding: 'utf8', cwd: folder.path, timeout: 30_000 })
    const refusal = (named: string, typed: string): object => ({
      status: 2,
      stdout: '',
      stderr:
        `decant: --storage needs ${named} beside decant: run npm install ${typed} in the same project ` +
        '(with npx: one -p for each of these packages, and one for the command)\n',
    })

    expect(run('--version')).toMatchObject({ status: 0, stderr: '' })
    expect(run('serve', '--storage=s3://inbox', '--port=0')).toMatchObject(refusal(SDK, SDK))
    expect(run('serve', '--storage=s3://inbox?downloads=redirect', '--port=0')).toMatchObject(
      refusal(`${SDK} and ${PRESIGNER}`, `${SDK} ${PRESIGNER}`),
    )
  })
})
