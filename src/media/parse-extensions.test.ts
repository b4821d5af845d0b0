import { describe, expect, test } from 'vitest'
import { DEFAULTS, IMAGES, OFFICE, PHOTOS, SOURCE, VIDEO } from './extension-groups.ts'
import { ALL, listExtensions } from './extension-rule.ts'
import { EXTENSION_GROUP_NAMES, parseExtensions } from './parse-extensions.ts'

describe('a command line names extensions', () => {
  test.each([
    ['images', IMAGES],
    ['images,pdf', [...IMAGES, 'pdf']],
    [' Images , PDF ', [...IMAGES, 'pdf']],
    ['images,png', IMAGES],
    ['defaults', DEFAULTS],
    ['source', SOURCE],
    ['md,mp4', ['md', 'mp4']],
    ['gnumeric', ['gnumeric']],
    ['photos', PHOTOS],
    ['office', OFFICE],
    ['video', VIDEO],
    ['mkv,kmz', ['mkv', 'kmz']],
    ['.blend,.XYZ2', ['blend', 'xyz2']],
  ])('%j', (text, extensions) => {
    expect(listExtensions(parseExtensions(text))).toEqual(extensions)
  })

  test('all of them, whatever else it names', () => {
    expect(parseExtensions('all')).toEqual(ALL)
    expect(parseExtensions('images,all')).toEqual(ALL)
    expect(parseExtensions('all,pdf')).toEqual(ALL)
  })

  test('by the word of every group', () => {
    expect(EXTENSION_GROUP_NAMES).toHaveLength(14)
    for (const word of EXTENSION_GROUP_NAMES) expect(() => parseExtensions(word)).not.toThrow()
  })
})

const GROUPS =
  'Groups are text, documents, office, images, photos, audio, video, data, scripts, archives, source, executables, defaults, all.'

describe('a word that is not an extension is refused with a suggestion', () => {
  test.each([
    ['imges', `"imges" is neither a group nor a known extension; for the extension itself write .imges. ${GROUPS}`],
    [
      'constructor',
      `"constructor" is neither a group nor a known extension; for the extension itself write .constructor. ${GROUPS}`,
    ],
    ['tar.gz', `"tar.gz" is neither a group nor a known extension. ${GROUPS}`],
    ['images,image/png', `"image/png" is neither a group nor a known extension. ${GROUPS}`],
    ['', `"" is neither a group nor a known extension. ${GROUPS}`],
    ['images,', `"" is neither a group nor a known extension. ${GROUPS}`],
    ['*', `"*" is neither a group nor a known extension. ${GROUPS}`],
    ['.', `"." is neither a group nor a known extension. ${GROUPS}`],
  ])('%j', (text, message) => {
    expect(() => parseExtensions(text)).toThrow(new TypeError(message))
  })
})
