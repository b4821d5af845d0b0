import { describe, expect, test } from 'vitest'
import { Arguments } from './arguments.ts'
import type { Environment } from './arguments.ts'
import { CommandError } from './command-error.ts'
import { readFolder, readStorageSettings, STORAGE_OPTIONS } from './storage-settings.ts'

function given(typed: readonly string[], environment: Environment = {}): Arguments {
  return new Arguments(typed, environment, STORAGE_OPTIONS)
}

const URL_OF_BUCKET = 's3://inbox/drop?endpoint=http://127.0.0.1:7480'
const BUCKET = { kind: 'bucket', bucket: 'inbox', prefix: 'drop', endpoint: 'http://127.0.0.1:7480' }

describe('files are kept', () => {
  test('in a folder without --storage', () => {
    expect(readStorageSettings(given(['--durable', '--min-free-space=0']), true)).toEqual({
      kind: 'folder',
      minFreeSpace: 0,
      durable: true,
      isPrivate: true,
    })
    expect(readFolder(given([]), ['inbox'])).toBe('inbox')
    expect(readFolder(given([]), [])).toBeUndefined()
  })

  test('in the bucket of --storage, or of its variable', () => {
    expect(readStorageSettings(given([`--storage=${URL_OF_BUCKET}`]), false)).toMatchObject(BUCKET)
    expect(readStorageSettings(given([], { DECANT_STORAGE: URL_OF_BUCKET }), true)).toMatchObject(BUCKET)
    expect(readFolder(given([], { DECANT_STORAGE: URL_OF_BUCKET }), [])).toBeUndefined()
  })

  test('in a bucket if options of folders ask for nothing', () => {
    const typed = ['--durable=false', '--private=false', '--min-free-space=0', `--storage=${URL_OF_BUCKET}`]
    expect(readStorageSettings(given(typed), true)).toMatchObject(BUCKET)
  })
})

describe('beside a bucket', () => {
  test.each([
    [['--durable'], {}, '--durable is for files in a folder; leave it out with --storage'],
    [['--private'], {}, '--private is for files in a folder; leave it out with --storage'],
    [['--min-free-space=1GiB'], {}, '--min-free-space is for files in a folder; leave it out with --storage'],
    [[], { DECANT_DURABLE: 'true' }, 'DECANT_DURABLE is for files in a folder; leave it out with --storage'],
  ])('an option of folders is refused: %j %j', (typed, environment, message) => {
    const read = (): unknown => readStorageSettings(given([`--storage=${URL_OF_BUCKET}`, ...typed], environment), false)
    expect(read).toThrow(CommandError)
    expect(read).toThrow(message)
  })

  test('a folder is refused by the name of the flag or the variable', () => {
    expect(() => readFolder(given([`--storage=${URL_OF_BUCKET}`]), ['inbox'])).toThrow(
      '--storage keeps the files in a bucket; leave it out, or leave out inbox',
    )
    expect(() => readFolder(given([], { DECANT_STORAGE: URL_OF_BUCKET }), ['inbox'])).toThrow(
      'DECANT_STORAGE keeps the files in a bucket; leave it out, or leave out inbox',
    )
  })
})
