import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../disk.ts'
import { browse } from '../handler/fixtures/browse.ts'
import { memoryStorage } from '../memory.ts'
import { uploadApp } from './upload-app.ts'
import type { UploadApp } from './upload-app.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-app-'))
const assets = pathToFileURL(`${join(base, 'assets')}/`)
mkdirSync(assets)
for (const name of ['client.js', 'client.css', 'icon.svg']) writeFileSync(new URL(name, assets), name)
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function listening(app: UploadApp): Promise<number> {
  app.server.listen(0, '127.0.0.1')
  await once(app.server, 'listening')
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function draftsIn(folder: string): string[] {
  return readdirSync(join(folder, '.decant', 'drafts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'lease')
    .map(({ name }) => name)
}

describe('an upload app', () => {
  test('that was given an hour to close is closed at once when it is asked again', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const app = await uploadApp({ storage: diskStorage(folder), assets })
    const socket = connect(await listening(app), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('PUT /uploads/a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf')
    await expect.poll(() => (app.busy > 0 ? draftsIn(folder) : [])).toHaveLength(1)

    const first = app.close(3_600_000)
    const second = app.close(0)
    await Promise.all([first, second])

    expect(draftsIn(folder)).toEqual([])
    expect(app.busy).toBe(0)
    socket.destroy()
  })

  test('closes a connection that would be kept alive as soon as its answer is out', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const app = await uploadApp({ storage: diskStorage(folder), assets })
    app.server.keepAliveTimeout = 3_600_000
    const socket = connect(await listening(app), '127.0.0.1')
    socket.write('PUT /uploads/a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf,')
    await expect.poll(() => (app.busy > 0 ? draftsIn(folder) : [])).toHaveLength(1)

    const closed = app.close(3_600_000)
    socket.write('half')

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 201 /)
    await closed
  })

  test('closes without ever having listened, and again when it is closed', async () => {
    const app = await uploadApp({ storage: memoryStorage(), assets })

    await app.close(0)
    await app.close(0)
  })

  test('changes the URL of what browsers keep for ever when its content changes', async () => {
    const app = await uploadApp({ storage: memoryStorage(), assets })
    const origin = `http://127.0.0.1:${await listening(app)}`
    const urlOf = async (url: string): Promise<string | undefined> => {
      const page = await browse(url)
      return /\/assets\/[^"]+\.js/.exec(await page.text())?.[0]
    }
    const before = await urlOf(origin)
    writeFileSync(new URL('client.js', assets), 'changed')
    const changed = await uploadApp({ storage: memoryStorage(), assets })
    const after = await urlOf(`http://127.0.0.1:${await listening(changed)}`)

    expect(before).toBeDefined()
    expect(after).toBeDefined()
    expect(after).not.toBe(before)
    await Promise.all([app.close(0), changed.close(0)])
  })

  test('says at another URL how files are uploaded: by PUT, too, unless the storage chooses the names', async () => {
    const app = await uploadApp({ storage: memoryStorage(), assets })
    const ofOnce = await uploadApp({ storage: Object.assign(memoryStorage(), { keys: 'once' } as const), assets })
    const put = async (each: UploadApp): Promise<string> =>
      (await fetch(`http://127.0.0.1:${await listening(each)}/a.txt`, { method: 'PUT', body: 'a' })).text()

    expect(await put(app)).toBe(
      'There is nothing here. Files go to /uploads/: PUT them to /uploads/a.txt, or post them to /uploads.\n',
    )
    expect(await put(ofOnce)).toBe('There is nothing here. Post files to /uploads.\n')
    await Promise.all([app.close(0), ofOnce.close(0)])
  })

  test('closes its storage', async () => {
    let closed = 0
    const storage = Object.assign(memoryStorage(), { close: async () => void closed++ })
    const app = await uploadApp({ storage, assets })

    await app.close(0)

    expect(closed).toBe(1)
  })

  test('cannot be made if the page is not built', async () => {
    const nowhere = pathToFileURL(`${join(base, 'nowhere')}/`)

    await expect(uploadApp({ storage: memoryStorage(), assets: nowhere })).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
