import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { formOf, openSite } from '../../src/handler/fixtures/site.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'))
  folders.push(folder)
  return folder
}

/** Another user with access to the folder may put one of these at `a.txt`, with a precious file `outside`. */
const PLANTED: Record<string, (path: string, outside: string) => void> = {
  'symlink to a file': (path, outside) => symlinkSync(join(outside, 'precious'), path),
  'symlink to nothing': (path, outside) => symlinkSync(join(outside, 'nothing'), path),
  'symlink to a folder': (path, outside) => symlinkSync(outside, path),
  'symlink to itself': (path) => symlinkSync('a.txt', path),
  folder: (path) => mkdirSync(path),
  file: (path) => writeFileSync(path, 'mine'),
}

const UPLOADS: Record<string, (origin: string) => Promise<Response>> = {
  PUT: (origin) => fetch(`${origin}/a.txt`, { method: 'PUT', body: 'new' }),
  POST: (origin) =>
    fetch(origin, { method: 'POST', body: 'new', headers: { 'content-disposition': 'attachment; filename=a.txt' } }),
  form: (origin) => fetch(origin, { method: 'POST', body: formOf(['a.txt', 'new']) }),
}

const CASES = Object.entries(UPLOADS).flatMap(([way, upload]) =>
  Object.entries(PLANTED).map(([what, plant]) => ({ way, what, upload, plant })),
)

describe.each(['auto', 'never'] as const)('in a folder that publishes with links: %s', (links) => {
  test.each(CASES)('an upload by $way over a planted $what leaves it alone', async ({ way, upload, plant }) => {
    const folder = newFolder()
    const outside = newFolder()
    writeFileSync(join(outside, 'precious'), 'precious')
    plant(join(folder, 'a.txt'), outside)
    const planted = lstatSync(join(folder, 'a.txt'))

    await using site = await openSite({ policy: { storage: diskStorage(folder, { links }) } })
    const response = await upload(site.origin)
    if (way === 'PUT') {
      expect([response.status, await response.json()]).toMatchObject([409, { code: 'name-taken' }])
    } else {
      expect([response.status, await response.json()]).toMatchObject([201, { files: [{ key: 'a_1.txt' }] }])
      expect(readFileSync(join(folder, 'a_1.txt'), 'utf8')).toBe('new')
    }
    const after = lstatSync(join(folder, 'a.txt'))
    expect([after.ino, after.mode]).toEqual([planted.ino, planted.mode])
    if (planted.isFile()) expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('mine')
    if (planted.isDirectory()) expect(readdirSync(join(folder, 'a.txt'))).toEqual([])
    expect(readdirSync(outside)).toEqual(['precious'])
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious')
  })
})

describe('a private folder to which every user of the machine may write', () => {
  test.each(Object.entries(UPLOADS))(
    'takes no upload by %s, and the answer does not tell its path',
    async (_, upload) => {
      const folder = newFolder()
      mkdirSync(join(folder, '.decant'))
      chmodSync(join(folder, '.decant'), 0o777)
      await using site = await openSite({ policy: { storage: diskStorage(folder) } })
      const response = await upload(site.origin)
      const answer = await response.text()
      expect([response.status, JSON.parse(answer)]).toMatchObject([500, { code: 'internal-error' }])
      expect(answer).not.toContain('.decant')
      expect(readdirSync(folder)).toEqual(['.decant'])
      expect(readdirSync(join(folder, '.decant'))).toEqual([])
    },
  )

  test('is not believed about the type of a file', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    const draft = storage.createDraft()
    await draft.append(new TextEncoder().encode('%PDF-'))
    await (await draft.seal()).publish('a.txt', { filename: 'forged.pdf', type: 'application/pdf' })
    chmodSync(join(folder, '.decant'), 0o777)
    await using site = await openSite({ policy: { storage: diskStorage(folder) } })
    const { headers } = await fetch(`${site.origin}/a.txt`)
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(headers.get('content-disposition')).not.toContain('forged')
  })
})
