import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UploadRequest } from '../../src/access/upload-request.ts'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import { uploadHandler } from '../../src/handler/upload-handler.ts'
import { uploadSet } from '../../src/policy/upload-set.ts'
import { fileServer } from '../../src/serve/file-server.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'
import { canMount, findMakeFat, findNtfs, findSetfattr } from './find-ntfs.ts'
import { fatDisk, ntfsDisk } from './foreign-disk.ts'
import type { ForeignDisk } from './foreign-disk.ts'

const ntfs = findNtfs()
const setfattr = findSetfattr()
const makeFat = findMakeFat()
if ((ntfs === undefined || setfattr === undefined) && canMount() && env['CI'] === 'true') {
  throw new Error('lowntfs-3g or setfattr is missing; `npm run test:system` installs them.')
}

/** Disks that have short names on Linux, and the way to give a file its short name there. */
const DISKS: readonly (readonly [string, boolean, () => ForeignDisk, (path: string, name: string) => void])[] = [
  [
    'NTFS',
    ntfs !== undefined && setfattr !== undefined,
    () => ntfsDisk(ntfs ?? ''),
    (path, name) => execFileSync(setfattr ?? '', ['-n', 'system.ntfs_dos_name', '-v', name, path]),
  ],
  // Linux gives them by itself.
  ['FAT', makeFat !== undefined, () => fatDisk(makeFat ?? ''), () => {}],
]

describe.each(DISKS)('short names of files on %s', (_, canRun, newDisk, giveShortName) => {
  let disk: ForeignDisk
  let folder: string

  beforeAll(() => {
    if (!canRun) return
    disk = newDisk()
    folder = mkdtempSync(join(disk.path, 'set-'))
    for (const [name, short] of [
      ['.env', 'ENV~1'],
      ['report of 2026.txt', 'REPORT~1.TXT'],
    ] as const) {
      writeFileSync(join(folder, name), 'secret')
      giveShortName(join(folder, name), short)
    }
    mkdirSync(join(folder, '.decant'), 0o700)
    mkdirSync(join(folder, '.decant', 'records'), 0o700)
    writeFileSync(join(folder, '.decant', 'records', 'x'), 'secret')
    giveShortName(join(folder, '.decant'), 'DECANT~1')
    writeFileSync(join(folder, 'free.txt'), 'free')
  })

  afterAll(() => {
    if (canRun) disk[Symbol.dispose]()
  })

  test.skipIf(!canRun)('are there: the tests below could fail', () => {
    for (const path of ['ENV~1', 'REPORT~1.TXT', 'DECANT~1/records/x'])
      expect(existsSync(join(folder, path))).toBe(true)
  })

  const HIDDEN = ['ENV~1', 'env~1', 'REPORT~1.TXT', 'DECANT~1/records/x', 'decant~1/RECORDS/x', 'free.txt.']

  test.skipIf(!canRun)('lead no client to a hidden file, nor past a rule for its long name', async () => {
    const set = uploadSet('files', { storage: diskStorage(folder), content: 'trust' })
    const authorize = ({ key }: UploadRequest): boolean => key?.startsWith('report') !== true
    const running = await listen(createServer(nodeHandler(uploadHandler(set, { deletion: true, authorize }))))
    for (const key of HIDDEN) {
      const url = `${running.origin}/${key}`
      expect([key, (await fetch(url)).status]).toEqual([key, 404])
      expect([key, (await fetch(url, { method: 'DELETE' })).status]).toEqual([key, 404])
    }
    expect((await fetch(`${running.origin}/free.txt`)).status).toBe(200)
    expect((await fetch(`${running.origin}/${encodeURIComponent('REPORT OF 2026.TXT')}`)).status).toBe(403)
    await running.close()
    expect(readdirSync(folder).toSorted()).toEqual(['.decant', '.env', 'free.txt', 'report of 2026.txt'])
  })

  test.skipIf(!canRun)('lead to nothing in a file server, nor past what it disallows', async () => {
    const files = fileServer({ '/files': diskStorage(folder) }, { disallow: 'report*' })
    const running = await listen(createServer(nodeHandler(files)))
    for (const key of HIDDEN) expect([key, (await fetch(`${running.origin}/files/${key}`)).status]).toEqual([key, 404])
    await running.close()
  })

  test.skipIf(!canRun)('cannot be listed as folders', async () => {
    const storage = diskStorage(folder)
    for (const name of ['DECANT~1', 'DECANT~1/records', 'decant~1'])
      expect(await storage.list({ folder: name })).toEqual({ entries: [] })
    expect((await storage.list()).entries.map(({ key }) => key)).toEqual(['free.txt', 'report of 2026.txt'])
  })
})
