import { expect, test } from 'vitest'
import { Arguments } from './arguments.ts'
import { readServeSettings, SERVE_OPTIONS } from './serve-settings.ts'

test.each([
  [[], {}, false],
  [['--private'], {}, true],
  [['--auth=people.txt'], {}, true],
  [[], { DECANT_CREDENTIALS: 'ann:secret-of-ann' }, true],
  [['--auth=people.txt', '--private=false'], {}, false],
  [['--auth=people.txt'], { DECANT_PRIVATE: 'false' }, false],
] as const)(
  'files are private to the user of the machine with credentials or --private: %j %j',
  (typed, environment, isPrivate) => {
    const { storage } = readServeSettings(new Arguments(typed, environment, SERVE_OPTIONS))
    expect(storage).toMatchObject({ kind: 'folder', isPrivate })
  },
)

test.each([
  [[], {}, undefined],
  [['--folders'], {}, true],
  [['--folders=false'], { DECANT_FOLDERS: 'true' }, false],
  [[], { DECANT_FOLDERS: 'true' }, true],
] as const)('folders are kept with --folders alone: %j %j', (typed, environment, keepsFolders) => {
  const { limits } = readServeSettings(new Arguments(typed, environment, SERVE_OPTIONS))
  expect(limits.keepsFolders).toBe(keepsFolders)
})
