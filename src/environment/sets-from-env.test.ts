import { join } from 'node:path'
import { cwd } from 'node:process'
import { describe, expect, test } from 'vitest'
import { IMAGES } from '../media/extension-groups.ts'
import { ALL } from '../media/extension-rule.ts'
import { everyFile } from '../policy/fixtures/sets.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { SetDeclaration } from './sets-from-env.ts'
import { setsFromEnv } from './sets-from-env.ts'
import type { Environment } from './set-variables.ts'

const newFolder = temporaryFolders()

/** The set `photos`, and the folder that its storage was asked for. */
function photosFrom(environment: Environment, declaration: SetDeclaration = {}) {
  const folders: string[] = []
  const storage = (folder: string) => {
    folders.push(folder)
    return memoryStorage()
  }
  const { photos } = setsFromEnv(environment, { photos: declaration }, { storage })
  return { photos, folder: folders[0], url: () => photos.url('cat.png') }
}

describe('the folder of a set', () => {
  test('is its own variable, before the declared one and the default', () => {
    const environment = { UPLOADED_PHOTOS_DEST: '/own', UPLOADS_DEFAULT_DEST: '/default' }
    expect(photosFrom(environment, { folder: '/declared' }).folder).toBe('/own')
  })

  test('is the declared one before the default', () => {
    expect(photosFrom({ UPLOADS_DEFAULT_DEST: '/default' }, { folder: '/declared' }).folder).toBe('/declared')
  })

  test.each(['/default', '/default/', ' /default '])('is one with its name in the default %j', (folder) => {
    expect(photosFrom({ UPLOADS_DEFAULT_DEST: folder }).folder).toBe('/default/photos')
  })

  test('has the name of the set as it is written, though its variables are in capitals', () => {
    const folders: string[] = []
    const storage = (folder: string, set: string) => {
      folders.push(`${set} in ${folder}`)
      return memoryStorage()
    }
    setsFromEnv({ UPLOADS_DEFAULT_DEST: 'up', UPLOADED_B_2_DEST: 'b' }, { myPhotos: {}, 'b-2': {} }, { storage })
    expect(folders).toEqual(['myPhotos in up/myPhotos', 'b-2 in b'])
  })

  test('has to be somewhere', () => {
    expect(() => photosFrom({})).toThrow(
      'The upload set "photos" has no folder: set UPLOADED_PHOTOS_DEST, or UPLOADS_DEFAULT_DEST for all.',
    )
  })

  test('is on disk, unless another storage is wanted', async () => {
    const folder = newFolder()
    const { photos, texts } = setsFromEnv({ UPLOADS_DEFAULT_DEST: folder }, { photos: {}, texts: {} })
    await texts.save(new File(['a'], 'a.txt'))
    expect(everyFile(folder)).toContain('texts/a.txt')
    expect(photos.path('a.png')).toBe(join(folder, 'photos', 'a.png'))
    const durable = { storage: (path: string) => diskStorage(path, { durable: true }) }
    const { relative } = setsFromEnv({ UPLOADED_RELATIVE_DEST: 'up' }, { relative: {} }, durable)
    expect(relative.path('a.png')).toBe(join(cwd(), 'up', 'a.png'))
  })
})

describe('the URL of a set', () => {
  const OWN = { UPLOADED_PHOTOS_DEST: '/own' }
  const DEFAULT = { UPLOADS_DEFAULT_DEST: '/default', UPLOADS_DEFAULT_URL: 'https://files.example/up/' }

  test.each(['https://cdn.example/p', 'https://cdn.example/p/', 'HTTP://localhost:3000/p', '/p'])(
    'is its own variable, %s',
    (url) => {
      const environment = { ...DEFAULT, UPLOADED_PHOTOS_URL: url }
      expect(photosFrom(environment, { url: '/declared' }).url()).toBe(`${url.replace(/\/$/, '')}/cat.png`)
    },
  )

  test('is one with its name in the default, if the folder is in the default too', () => {
    expect(photosFrom(DEFAULT, { url: '/declared' }).url()).toBe('https://files.example/up/photos/cat.png')
  })

  test.each<[string, Environment, SetDeclaration]>([
    ['has a variable', { ...DEFAULT, ...OWN }, {}],
    ['is declared', DEFAULT, { folder: '/declared' }],
  ])('is not the default if the folder %s', (_, environment, declaration) => {
    expect(() => photosFrom(environment, declaration).url()).toThrow('Give the upload set "photos" a url')
    expect(photosFrom(environment, { ...declaration, url: '/declared' }).url()).toBe('/declared/cat.png')
  })

  test('is the declared one if the environment has none', () => {
    expect(photosFrom({ UPLOADS_DEFAULT_DEST: '/default' }, { url: '/declared' }).url()).toBe('/declared/cat.png')
  })

  test('is not needed by a program that does not ask for it', () => {
    expect(() => photosFrom(OWN).url()).toThrow('Give the upload set "photos" a url')
  })
})

describe('the extensions of a set', () => {
  const taken = (environment: Environment, declaration?: SetDeclaration): string[] => {
    const { photos } = photosFrom({ UPLOADS_DEFAULT_DEST: '/default', ...environment }, declaration)
    return ['png', 'svg', 'txt', 'exe', 'xyz'].filter((extension) => photos.allows(`a.${extension}`))
  }

  test('is what is declared, or by default text, documents, images and data', () => {
    expect(taken({}, { extensions: IMAGES })).toEqual(['png', 'svg'])
    expect(taken({})).toEqual(['png', 'svg', 'txt'])
  })

  test.each([
    ['exe', ['png', 'svg', 'exe']],
    [' EXE , .xyz', ['png', 'svg', 'exe', 'xyz']],
    ['text,executables', ['png', 'svg', 'txt', 'exe']],
    ['photos,video,office', ['png', 'svg']],
    ['all', ['png', 'svg', 'txt', 'exe', 'xyz']],
    ['', ['png', 'svg']],
  ])('is also what ALLOW lists: %j', (UPLOADED_PHOTOS_ALLOW, expected) => {
    expect(taken({ UPLOADED_PHOTOS_ALLOW }, { extensions: IMAGES })).toEqual(expected)
  })

  test.each([
    ['svg', ['png']],
    ['images', []],
    ['', ['png', 'svg']],
  ])('has no extension that DENY lists: %j', (UPLOADED_PHOTOS_DENY, expected) => {
    expect(taken({ UPLOADED_PHOTOS_DENY }, { extensions: IMAGES })).toEqual(expected)
  })

  test('if both list it, ALLOW wins, as in Flask-Uploads', () => {
    const environment = { UPLOADED_PHOTOS_ALLOW: 'svg', UPLOADED_PHOTOS_DENY: 'images' }
    expect(taken(environment, { extensions: ALL })).toEqual(['svg', 'txt', 'exe', 'xyz'])
  })

  test('no environment lets in what the code denies', () => {
    const environment = { UPLOADED_PHOTOS_ALLOW: 'all' }
    expect(taken(environment, { extensions: IMAGES, deny: ['exe'] })).toEqual(['png', 'svg', 'txt', 'xyz'])
  })

  test('keeps the rest of what is declared', () => {
    const { photos } = photosFrom({ UPLOADS_DEFAULT_DEST: '/default' }, { maxFileSize: 7, maxFiles: 3 })
    expect([photos.maxFileSize, photos.maxFiles, photos.name]).toEqual([7, 3, 'photos'])
  })
})

describe('a mistake in the environment is told by the name of its variable:', () => {
  const DEST = { UPLOADS_DEFAULT_DEST: '/default' }
  test.each<[Environment, string]>([
    [{ UPLOADED_PHOTOS_DEST: '' }, 'UPLOADED_PHOTOS_DEST is empty'],
    [{ ...DEST, UPLOADED_PHOTOS_DEST: ' ' }, 'UPLOADED_PHOTOS_DEST is empty'],
    [{ UPLOADS_DEFAULT_DEST: '' }, 'UPLOADS_DEFAULT_DEST is empty'],
    [{ ...DEST, UPLOADED_PHOTOS_URL: '' }, 'UPLOADED_PHOTOS_URL is empty'],
    [{ ...DEST, UPLOADS_DEFAULT_URL: '' }, 'UPLOADS_DEFAULT_URL is empty'],
    [{ ...DEST, UPLOADED_PHOTOS_URL: 'files.example' }, 'UPLOADED_PHOTOS_URL is "files.example"'],
    [{ ...DEST, UPLOADED_PHOTOS_URL: 'https://' }, 'UPLOADED_PHOTOS_URL is "https://"'],
    [{ ...DEST, UPLOADED_PHOTOS_URL: 'javascript:alert(1)' }, 'UPLOADED_PHOTOS_URL is "javascript:alert(1)"'],
    [{ ...DEST, UPLOADS_DEFAULT_URL: 'files.example' }, 'UPLOADS_DEFAULT_URL is "files.example"'],
    [{ ...DEST, UPLOADED_PHOTOS_ALLOW: 'svgg' }, 'UPLOADED_PHOTOS_ALLOW: "svgg" is neither a group nor'],
    [{ ...DEST, UPLOADED_PHOTOS_DENY: '["svg"]' }, 'UPLOADED_PHOTOS_DENY: "[\\"svg\\"]" is neither a group nor'],
    [
      { ...DEST, UPLOADED_PHOTOS_DENNY: 'svg' },
      'UPLOADED_PHOTOS_DENNY is not a known variable. Write one of UPLOADED_PHOTOS_DEST, UPLOADED_PHOTOS_URL, UPLOADED_PHOTOS_ALLOW, UPLOADED_PHOTOS_DENY.',
    ],
    [{ ...DEST, UPLOADS_DEFAULT_DIR: 'up' }, 'UPLOADS_DEFAULT_DIR is not a known variable'],
  ])('%o', (environment, message) => {
    expect(() => photosFrom(environment)).toThrow(TypeError)
    expect(() => photosFrom(environment)).toThrow(message)
  })

  test('but not in a variable that may belong to another program', () => {
    const others = {
      UPLOADED_PHOTO_DENY: 'nonsense',
      UPLOADED_PHOTOS_RAW_DEST: '',
      UPLOADS_AUTOSERVE: '1',
      UPLOADED_PHOTOS_DENNY: undefined,
      PATH: '/bin',
    }
    expect(photosFrom({ ...DEST, ...others }).folder).toBe('/default/photos')
  })

  test('or of two sets that cannot be told apart in it', () => {
    expect(() => setsFromEnv(DEST, { 'a-b': {}, A_b: {} })).toThrow(
      'The upload sets "a-b" and "A_b" would both have the variables UPLOADED_A_B_DEST and so on. Rename one of them.',
    )
  })

  test('or of a set that cannot have its name', () => {
    expect(() => setsFromEnv(DEST, { 'a/b': {} })).toThrow('"a/b" cannot name an upload set')
  })
})
