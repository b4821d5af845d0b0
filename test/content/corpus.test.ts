import { join } from 'node:path'
import { env } from 'node:process'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkContent } from '../../src/media/check-content.ts'
import * as groups from '../../src/media/extension-groups.ts'
import { ALL, extensionTest } from '../../src/media/extension-rule.ts'
import type { ExtensionRule } from '../../src/media/extension-rule.ts'
import { FORMATS, FORMATS_OR_TEXT } from '../../src/media/format-table.ts'
import { PASSIVE } from '../../src/media/type-table.ts'
import { canGather, gatherCorpus } from './corpus.ts'
import { corpusFiles } from './corpus-files.ts'
import type { CorpusFile } from './corpus-files.ts'

/** Formats of everyday use: those of the groups, and others that people write and publish. */
const EVERYDAY: ReadonlySet<string> = new Set([...Object.values(groups).flat(), 'htm', 'html', 'css', 'ts', 'tsx'])
const MOST_EVERYDAY_REFUSALS = 0.0005
const MOST_REFUSALS = 0.003

/** Types by which a browser, a server or a system runs a file, or acts upon it. */
const ACTIVE =
  /^application\/(?:java-vm|vnd\.ms-htmlhelp|x-elf|x-mach-binary|x-ms-shortcut|x-msdownload|x-shockwave-flash|xhtml\+xml)$|^image\/svg\+xml$|^text\/html$|^application\/(?:x-shellscript|x-httpd-php)$/

/** Formats that are programs, or packages of them, or markup, or that web programs write as markup. */
const NOT_PASSIVE: ReadonlySet<string> = new Set(
  'chm class dex dylib lnk msi msp mst swf wasm jar war ear apk deb rpm svg svgz doc xls'.split(' '),
)
const PASSIVE_EXTENSIONS = [...FORMATS, ...FORMATS_OR_TEXT, ...PASSIVE]
  .flatMap(([extensions]) => extensions.split(' '))
  .filter((extension) => !NOT_PASSIVE.has(extension))

/** Of each type, so many are tried as disguises. */
const DISGUISES = 5

function check({ extension, head }: Omit<CorpusFile, 'path'>, takes: ExtensionRule, mode: 'verify' | 'exact') {
  return checkContent({ extension, head }, { mode, takes: extensionTest(takes) })
}

if (!canGather()) console.log('The content check meets no corpus of real files: apt-get and dpkg-deb are needed.')

describe.skipIf(!canGather())('a corpus of real files', () => {
  let files: readonly CorpusFile[] = []
  let hasPackages = false

  beforeAll(async () => {
    const { folders, missing } = await gatherCorpus().catch((error: unknown) => {
      if (env['CI'] === 'true') throw error
      console.log(`The content check meets node_modules alone: ${String(error)}`)
      return { folders: [], missing: [] }
    })
    hasPackages = folders.length > 0
    files = corpusFiles([...folders, join(import.meta.dirname, '../../node_modules')])
    if (missing.length > 0) console.log(`Not to be had: ${missing.join(', ')}.`)
  }, 300_000)

  test('is taken, but for a few, by every set that takes their extensions, and almost none are refused', async () => {
    const refused: CorpusFile[] = []
    const misnamed: CorpusFile[] = []
    const types = new Set<string>()
    for (const file of files) {
      const verdict = await check(file, ALL, 'verify')
      const exact = await check(file, [file.extension], 'exact')
      const own = await check(file, [file.extension], 'verify')
      if (!verdict.agrees) refused.push(file)
      else if (!exact.agrees && !own.agrees) misnamed.push(file)
      else types.add(verdict.type)
      // A set that takes more takes no fewer.
      for (const group of Object.values<readonly string[]>(groups)) {
        if (!own.agrees || !group.includes(file.extension)) continue
        expect(await check(file, group, 'verify'), file.path).toMatchObject({ agrees: true, type: own.type })
      }
    }
    const everyday = files.filter(({ extension }) => EVERYDAY.has(extension))
    const refusedEveryday = refused.filter(({ extension }) => EVERYDAY.has(extension))
    for (const { path } of [...refused, ...misnamed]) console.log(`Refused or misnamed: ${path}`)
    console.log(
      `${files.length} real files of ${new Set(files.map(({ extension }) => extension)).size} extensions, ` +
        `recorded as ${types.size} types: ${refused.length} refused, ${misnamed.length} of another format of their kind. ` +
        `${everyday.length} of them in everyday formats: ${refusedEveryday.length} refused.`,
    )
    if (hasPackages) expect(files.length).toBeGreaterThan(500)
    if (hasPackages) expect(types.size).toBeGreaterThanOrEqual(60)
    expect(refusedEveryday.length / everyday.length).toBeLessThanOrEqual(MOST_EVERYDAY_REFUSALS)
    expect(refused.length / files.length).toBeLessThanOrEqual(MOST_REFUSALS)
    expect(misnamed.length / files.length).toBeLessThanOrEqual(0.01)
  }, 300_000)

  test('has programs and markup, which pass only under their own extensions', async () => {
    const counts = new Map<string, number>()
    const disguises: CorpusFile[] = []
    for (const file of files) {
      // A program is known by its content, whatever its name.
      const { found } = await check({ ...file, extension: '' }, ALL, 'verify')
      const count = counts.get(found) ?? 0
      if (!ACTIVE.test(found) || count >= DISGUISES) continue
      counts.set(found, count + 1)
      disguises.push(file)
    }
    const passed: string[] = []
    for (const extension of PASSIVE_EXTENSIONS) {
      for (const { path, head } of disguises) {
        const takesAll = await check({ extension, head }, ALL, 'verify')
        const takesOne = await check({ extension, head }, [extension], 'verify')
        if (takesAll.agrees || takesOne.agrees) passed.push(`${path} as .${extension}`)
      }
    }
    console.log(
      `${disguises.length} programs and pages (${[...counts.keys()].filter((type) => ACTIVE.test(type)).join(', ')}) ` +
        `under ${PASSIVE_EXTENSIONS.length} extensions: ${passed.length} passed.`,
    )
    if (hasPackages) expect(disguises.length).toBeGreaterThan(20)
    expect(passed).toEqual([])
  }, 300_000)
})
