// Makes docs/page.png, the picture in the README: `npm run screenshot`. It needs the Chromium of the browser tests.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KiB } from '../src/index.ts'
import { fakeFile } from '../src/testing.ts'
import { launch } from '../test/browser/chromium.ts'
import { serve, temporaryFolder } from '../test/cli/decant-process.ts'

/** A sun above the sea, as CSS. */
const HOLIDAY = `radial-gradient(circle at 70% 30%, #fff3c4 0 9%, transparent 10%),
  linear-gradient(#7fb7d9, #f6d9a8 58%, #2f6f83 58%, #1d4a5c)`

using temporary = temporaryFolder()
const folder = join(temporary.path, 'uploads')
mkdirSync(folder)
await using server = await serve(folder)
await using browser = await launch()

await upload(await drawPhoto())
await upload(fakeFile('offer.pdf', { size: 820 * KiB }))
await upload(fakeFile('Übersicht 2026.xlsx', { size: 46 * KiB }))

const page = await browser.newPage({ viewport: { width: 800, height: 620 }, colorScheme: 'light', locale: 'en-US' })
await page.goto(server.ready.url, { waitUntil: 'networkidle' })
const picture = await page.screenshot({ fullPage: true })
writeFileSync(join(import.meta.dirname, '..', 'docs', 'page.png'), picture)

async function drawPhoto(): Promise<File> {
  const sheet = await browser.newPage({ viewport: { width: 1600, height: 1600 } })
  await sheet.setContent(`<body style="margin: 0; height: 100vh; background: ${HOLIDAY}">`)
  const bytes = await sheet.screenshot({ type: 'jpeg', quality: 90 })
  return new File([new Uint8Array(bytes)], 'holiday.jpg', { type: 'image/jpeg' })
}

async function upload(file: File): Promise<void> {
  const body = new FormData()
  body.append('file', file)
  const { status } = await fetch(new URL('/uploads', server.ready.url), { method: 'POST', body })
  if (status !== 201) throw new Error(`The upload of ${file.name} was answered with ${status}.`)
}
