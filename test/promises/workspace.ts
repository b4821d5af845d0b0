import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutate } from './mutation.ts'
import type { Mutation } from './mutation.ts'

/** The parts of the repository that a test needs. */
const COPIED = ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'] as const

/** A copy of the sources in which guards can be removed. It shares the packages with the repository. */
export class Workspace implements Disposable {
  readonly path: string

  /** @param root the repository */
  constructor(root: string) {
    this.path = mkdtempSync(join(tmpdir(), 'decant-mutation-'))
    for (const name of COPIED) cpSync(join(root, name), join(this.path, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'), 'dir')
    const settings = {
      extends: './tsconfig.json',
      // Without a guard, imports and variables may be unused.
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
      include: ['src'],
      exclude: ['src/**/*.test.ts', 'src/**/*.test-d.ts'],
    }
    writeFileSync(join(this.path, 'tsconfig.mutation.json'), JSON.stringify(settings))
  }

  /**
   * Removes a guard until the result is disposed of.
   *
   * @throws {Error} as `mutate`.
   */
  without(mutation: Mutation): Disposable {
    const path = join(this.path, mutation.file)
    const source = readFileSync(path, 'utf8')
    writeFileSync(path, mutate(source, mutation))
    return { [Symbol.dispose]: () => writeFileSync(path, source) }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
