import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getuid, platform } from 'node:process'

import { describe, expect, test } from 'vitest'
import { isStoredName } from '../../src/filename/stored-name.ts'
import { openSite } from '../../src/handler/fixtures/site.ts'
import type { Site } from '../../src/handler/fixtures/site.ts'
import { ALL } from '../../src/media/extension-rule.ts'

const NAMES: readonly string[] = [
  ['../../etc/passwd.txt', '..\\..\\boot.txt', 'C:\\a.txt', 'C:a.txt', '/etc/a.txt', '\\\\server\\share\\a.txt'],
  [
    '%2e%2e%2fa.txt',
    '%252e%252e%252fa.txt',
    '..%5ca.txt',
    '．．／a.txt',
    '..;/a.txt',
    '....//a.txt',
    '%c0%ae%c0%ae/a.txt',
  ],
  ['file.txt:stream', 'file.txt::$DATA', 'CON', 'NUL .txt', 'CON.', 'COM¹.txt', 'ＮＵＬ.txt', 'DECANT~1', 'a.txt. . '],
  ['\u202egnp.exe', 'a\u200bb.txt', '-rf.txt', '.htaccess', '.decant', 'web.config', 'a.php.jpg', 'a.ｐｈｐ.jpg'],
  ['__proto__', 'constructor', 'toString.txt', 'a\r\nSet-Cookie: x=1.txt', 'a"; filename="b.txt', "a'b;c,d.txt"],
  ['\u{1f600}'.repeat(63), `${'\u{1f600}'.repeat(200)}.txt`, `${'é'.repeat(300)}.txt`, '   ', '...', 'e\u0301.txt'],
].flat()

/** A name in quotes, as a browser writes it. */
function quoted(name: string): string {
  const escaped = name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  return Buffer.from(escaped).toString('latin1')
}

function form(field: string, filename: string): string {
  const disposition = `Content-Disposition: form-data; name="${quoted(field)}"; filename="${quoted(filename)}"`
  const body = `--B\r\n${disposition}\r\n\r\nhello\r\n--B--`
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

function binary(filename: string): string {
  const encoded = encodeURIComponent(filename).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  )
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Disposition: attachment; filename*=UTF-8''${encoded}\r\nContent-Length: 5\r\n\r\nhello`
}

const WAYS: Record<string, (name: string) => string> = {
  'as the name of a file in a form': (name) => form('file', name),
  'as the name of the field, too': (name) => form(name, name),
  'in filename*': binary,
}

describe.each(Object.entries(WAYS))('a hostile name %s', (_, request) => {
  test.each(NAMES.map((name) => [JSON.stringify(name).slice(0, 60), name] as const))(
    '%s becomes a safe one, and comes back as one header',
    async (__, name) => {
      await using site = await openSite({ policy: { extensions: ALL, content: 'trust' } })
      const beside = readdirSync(dirname(site.folder))
      const answer = await site.ask(request(name))
      expect(answer.status).toBe(201)
      const [file] = JSON.parse(String(answer.body)).files
      expect(isStoredName(file.key)).toBe(true)
      expect(readFileSync(join(site.folder, file.key), 'utf8')).toBe('hello')
      expect(readdirSync(site.folder).filter((each) => each !== '.decant')).toEqual([file.key])
      expect(
        readdirSync(dirname(site.folder)).filter((each) => !beside.includes(each) && each.includes('a.txt')),
      ).toEqual([])

      const download = await site.ask(`GET ${file.url} HTTP/1.1\r\nHost: x\r\n\r\n`)
      expect(String(download.body)).toBe('hello')
      expect(Object.keys(download.headers)).not.toContain('set-cookie')
      expect(download.headers['content-disposition']).toMatch(/^(?:inline|attachment)(?:; filename[\x20-\x7e]*)?$/)
    },
  )
})

describe('a field called like a member of every object', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is a field like any other',
    async (name) => {
      await using site = await openSite()
      const body = `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nvalue\r\n${form('file', 'a.txt').split('\r\n\r\n').slice(1).join('\r\n\r\n')}`
      const answer = await site.ask(
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      expect(JSON.parse(String(answer.body)).fields).toEqual([[name, 'value']])
      expect(Object.prototype).not.toHaveProperty('value')
    },
  )

  test.each(['__proto__', 'constructor', 'toString'])('%s is not a set, unless there is one', async (name) => {
    await using site = await openSite({ sets: (set) => ({ photos: set }) })
    expect((await site.ask(`GET /${name}/a.txt HTTP/1.1\r\nHost: x\r\n\r\n`)).status).toBe(404)
  })
})

describe('a file that another program planted in the folder', () => {
  const plants: Record<string, (site: Site, path: string) => void> = {
    'a link to a file outside': (_, path) => symlinkSync('/etc/passwd', path),
    'a link that leads nowhere': (site, path) => symlinkSync(`${site.folder}-beside.txt`, path),
    'a link to a folder outside': (_, path) => symlinkSync('/etc', path),
    'a FIFO': (_, path) => execFileSync('mkfifo', [path]),
    ...(platform === 'linux' &&
      getuid?.() === 0 && {
        'a device': (_: Site, path: string) => execFileSync('mknod', [path, 'c', '1', '5']),
      }),
    'a folder': (_, path) => mkdirSync(path),
  }

  test.each(Object.entries(plants))('%s is neither read, written, listed nor deleted', async (_, plant) => {
    await using site = await openSite({ listing: true, deletion: true })
    plant(site, join(site.folder, 'a.txt'))
    for (const path of ['/a.txt', '/a.txt/passwd']) {
      expect((await site.ask(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).status).toBe(404)
      expect((await site.ask(`DELETE ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).status).toBe(404)
    }
    expect((await site.ask('PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello')).status).toBe(409)
    const list = await site.ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(JSON.parse(String(list.body)).files).toEqual([])
    const uploaded = await site.ask(form('file', 'a.txt'))
    expect(JSON.parse(String(uploaded.body)).files).toMatchObject([{ key: 'a_1.txt' }])
    expect(readdirSync(site.folder).toSorted()).toEqual(['.decant', 'a.txt', 'a_1.txt'])
    expect(readdirSync(dirname(site.folder))).not.toContain(`${site.folder}-beside.txt`)
  })

  test('a folder whose name begins alike is not reached', async () => {
    await using site = await openSite()
    writeFileSync(join(site.folder, 'a.txt'), 'inside')
    for (const path of [
      '/../handler-x/a.txt',
      '/%2e%2e/handler-x/a.txt',
      '/..%2fhandler-x/a.txt',
      '/%2e%2e%2f',
      '/..%5ca.txt',
    ])
      expect((await site.ask(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).status).toBe(400)
  })
})
