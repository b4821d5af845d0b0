import { spawnSync } from 'node:child_process'
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processOwner } from '../../file/process-owner.ts'
import { temporaryFolders } from '../fixtures/temporary-folders.ts'
import { saveFile } from './save-file.ts'
import { sweepSaves } from './save-sweep.ts'

const newFolder = temporaryFolders()
const ID = '0123456789abcdef'.repeat(2)

/** The name of a process that has ended. */
function deadOwner(): string {
  const { pid } = spawnSync('true')
  const [, ...rest] = processOwner().split('.')
  return [pid, ...rest].join('.')
}

test.runIf(process.platform === 'linux')(
  'the first save into a folder removes what a dead process was saving',
  async () => {
    const folder = newFolder()
    writeFileSync(join(folder, `.decant-${deadOwner()}.${ID}`), 'half')
    await saveFile(join(folder, 'a'), (async function* () {})(), {})
    expect(readdirSync(folder)).toEqual(['a'])
  },
)

test('a file that a living process is saving, and one that only looks like it, stay', async () => {
  const folder = newFolder()
  const names = [
    `.decant-${processOwner()}.${ID}`,
    `.decant-${deadOwner()}.${ID}.txt`,
    `.decant-${deadOwner()}.short`,
    `.decant-somebody.${ID}`,
    `decant-${deadOwner()}.${ID}`,
  ]
  for (const name of names) writeFileSync(join(folder, name), 'mine')
  symlinkSync('/nowhere', join(folder, 'link'))
  await sweepSaves(folder)
  expect(readdirSync(folder).toSorted()).toEqual([...names, 'link'].toSorted())
})

test('saving does not fail if its folder cannot be looked at', async () => {
  await expect(sweepSaves(join(newFolder(), 'missing'))).resolves.toBeUndefined()
})
