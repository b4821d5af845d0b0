import { describe, expect, test } from 'vitest'
import { toProblem } from '../../errors/problem.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { FileAnswer, PageView } from '../../handler.ts'
import { uploadPage, uploadPageCsp } from './upload-page.ts'

const page = uploadPage({ url: '/', assets: { script: '/assets/client.js', style: '/assets/client.css' } })
const view: PageView = {
  set: 'uploads',
  action: '/uploads',
  prefix: '',
  maxFileSize: 4 * 1024 ** 3,
  maxBodySize: 8 * 1024 ** 3,
  maxFiles: 100,
  canUpload: true,
  files: [],
}
const photo: FileAnswer = {
  key: 'harbour.jpg',
  filename: 'Harbour.jpg',
  type: 'image/jpeg',
  size: 1_572_864,
  storedAt: '2026-11-24T09:05:00.000Z',
  url: '/uploads/harbour.jpg',
}

/** The page without what only the script uses, as a browser without JavaScript takes it. */
function shown(changes: Partial<PageView>, by = page): string {
  return by
    .render({ ...view, ...changes })
    .replace(/<template[^]*?<\/template>/g, '')
    .replace(/\s+/g, ' ')
}

function named(filename: string): string {
  return shown({ files: [{ ...photo, filename }] })
}

describe('without JavaScript', () => {
  test('a form posts files to the URL that receives them', () => {
    const html = shown({})
    expect(html).toMatch(/<form[^>]* method="post"[^>]* enctype="multipart\/form-data"[^>]* action="\/uploads"/)
    expect(html).toMatch(/<label[^>]* for="file"/)
    expect(html).toMatch(/<input[^>]* type="file"[^>]* id="file"[^>]* name="file"[^>]* multiple/)
    expect(html).toMatch(/<button[^>]* type="submit"/)
  })

  test('a folder can be chosen if the server keeps folders, and only then', () => {
    expect(shown({ folders: true })).toMatch(/<input[^>]* id="folder"[^>]* name="file"[^>]* webkitdirectory/)
    expect(shown({ folders: true })).toContain('<label class="choose-folder" for="folder">Choose a folder</label>')
    for (const changes of [{}, { folders: false }]) expect(shown(changes)).not.toContain('webkitdirectory')
  })

  test('the folder of a file leads to its list, without the id of a file that has one', () => {
    const id = '0123456789abcdef0123456789abcdef'
    const links = (key: string): (string | undefined)[] =>
      [
        ...shown({ folders: true, files: [{ ...photo, key }] }).matchAll(/<a class="folder" href="([^"]*)" (hidden)?/g),
      ].flatMap(([, href, hidden]) => [href, hidden])
    expect(links('trip/day-1/a.jpg')).toEqual(['?folder=trip%2Fday-1', undefined])
    expect(links(`trip/${id}/a.jpg`)).toEqual(['?folder=trip', undefined])
    expect(links(`trip/${id}-r/a.jpg`)).toEqual(['?folder=trip', undefined])
    expect(links(`${id}/a.jpg`)).toEqual(['?folder=', 'hidden'])
    expect(links('a.jpg')).toEqual(['?folder=', 'hidden'])
    expect(shown({ files: [{ ...photo, key: `${id}/a.jpg` }] })).not.toContain(id)
  })

  test('one file at a time if only one is allowed', () => {
    expect(shown({ maxFiles: 1 })).not.toContain('multiple')
    expect(shown({ maxFiles: 1 })).toContain('one file at once')
  })

  test('the limits are said in words', () => {
    const words = shown({}).replace(/<[^>]*>/g, '')
    expect(words).toContain('Up to 4 GiB per file; at most 100 files and 8 GiB at once.')
  })

  test('the limit of a request is left out if files can never reach it', () => {
    const words = shown({ maxFiles: 2, maxBodySize: 9 * 1024 ** 3 }).replace(/<[^>]*>/g, '')
    expect(words).toContain('Up to 4 GiB per file; at most 2 files at once.')
  })

  test('a file limit that no request could hold is not promised', () => {
    const html = shown({ maxFileSize: 4096, maxBodySize: 1024 })
    expect(html).toContain('data-max-file-size="1024"')
    expect(html).toContain('Up to <b>1 KiB</b> per file')
  })

  test('the chooser and the words name the allowed extensions', () => {
    const html = shown({ extensions: ['jpg', 'png'] })
    expect(html).toContain('accept=".jpg,.png"')
    expect(html).toContain('Allowed: jpg, png.')
    expect(shown({})).not.toContain('accept=')
  })

  test('many extensions are folded behind their number, and none is said as well', () => {
    const many = Array.from({ length: 13 }, (_, index) => `e${index}`)
    expect(shown({ extensions: many })).toContain('<summary>13 types of file are allowed</summary>')
    expect(shown({ extensions: [] })).toContain('No type of file is taken here.')
  })

  test('the result of the last request is a status', () => {
    expect(shown({ flash: 'Stored <it>.' })).toMatch(/role="status">.*<span>Stored &lt;it&gt;\.<\/span>/)
  })

  test('a refusal is an alert, belongs to the field, and is in the title', () => {
    const problem = toProblem(new UploadError('file-too-large', { limit: 1024, filename: 'a<b>.txt' }))
    const html = shown({ problem })
    expect(html).toMatch(/id="problem" role="alert">.*&quot;a&lt;b&gt;\.txt&quot; is larger than the limit of 1 KiB/)
    expect(html).toMatch(/<input[^>]* aria-invalid="true"[^>]* aria-describedby="problem limits"/)
    expect(html).toContain('<title>Not uploaded: Upload files</title>')
    expect(shown({})).not.toMatch(/aria-invalid|role="alert"/)
  })

  test('a stored file has a preview, a link, a size, a date and a download', () => {
    const html = shown({ files: [photo] })
    expect(html).toMatch(/<img[^>]* src="\/uploads\/harbour\.jpg"[^>]* alt=""[^>]* loading="lazy"/)
    expect(html).toMatch(/<a class="name" href="\/uploads\/harbour\.jpg"[^>]*><bdi>Harbour\.jpg<\/bdi><\/a>/)
    expect(html).toContain('1.5 MiB')
    expect(html).toContain('<time datetime="2026-11-24T09:05:00.000Z">24 Nov 2026, 09:05 UTC</time>')
    expect(html).toContain('href="/uploads/harbour.jpg?download"')
  })

  test.each([
    ['image/tiff', 'image'],
    ['video/mp4', 'video'],
    ['audio/mpeg', 'audio'],
    ['application/pdf', 'document'],
    ['application/gzip', 'archive'],
    ['application/octet-stream', 'file'],
  ])('a file of type %s has the icon of its kind', (type, kind) => {
    const html = shown({ files: [{ ...photo, type }] })
    expect(html).toContain(`<use href="#icon-${kind}">`)
    expect(html).toContain(`<symbol id="icon-${kind}"`)
    expect(html).not.toContain('<img')
  })

  test('files stand in the order of the view, and older ones are a link away', () => {
    const html = shown({ files: [photo, { ...photo, filename: 'Older.jpg' }], next: '/?cursor=a&b' })
    expect(html.indexOf('Harbour.jpg')).toBeLessThan(html.indexOf('Older.jpg'))
    expect(html).toMatch(/<a href="\/\?cursor=a&amp;b" rel="next"/)
  })

  test('an empty list says so; a set that lists nothing shows no list', () => {
    expect(shown({})).toContain('Nothing here yet')
    const { files: _, ...unlisted } = view
    expect(page.render(unlisted)).not.toContain('Nothing here yet')
    expect(page.render(unlisted)).toMatch(/<section class="files"[^>]* hidden/)
  })
})

describe('hostile names', () => {
  test.each([
    '<img src=x onerror=alert(1)>',
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '</template><b>',
  ])('%s is text', (name) => {
    const html = named(name)
    const plain = named('plain')
    // As many tags as with a plain name: the name added none, and no attribute that runs.
    expect(html.match(/<\w/g)?.length).toBe(plain.match(/<\w/g)?.length)
    expect(html).not.toMatch(/<[^>]*\son\w+=/)
  })

  test('a key, a type or a URL cannot leave its attribute either', () => {
    const evil = '"><script>alert(1)</script>'
    const html = shown({ action: evil, next: evil, extensions: [evil], files: [{ ...photo, key: evil, url: evil }] })
    expect(html.match(/<script/g)?.length).toBe(1)
  })

  test('direction overrides and controls are drawn, so that gpj.exe stays gpj.exe', () => {
    expect(named('photo\u202Egpj.exe')).toContain('photo\uFFFDgpj.exe')
    expect(named('a\u0000b\u2028c\u2066d')).toContain('a\uFFFDb\uFFFDc\uFFFDd')
  })

  test('joiners of Persian and of emoji stay', () => {
    expect(named('می\u200Cخواهم 👩\u200D🚀.jpg')).toContain('می\u200Cخواهم 👩\u200D🚀.jpg')
  })

  test('a name of 500 characters is whole, and a missing one gives way to the key', () => {
    expect(named(`${'a'.repeat(500)}.txt`)).toContain(`${'a'.repeat(500)}.txt`)
    expect(named('')).toContain('<bdi>harbour.jpg</bdi>')
  })
})

describe('the document', () => {
  test('works under its policy: nothing inline, nothing from elsewhere', () => {
    const html = page.render({ ...view, files: [photo] })
    expect(html).not.toMatch(/\sstyle=|<style|<[^>]*\son\w+=|javascript:|https?:\/\//)
    expect(html.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/assets/client.js">'])
    expect(uploadPageCsp()).not.toMatch(/unsafe|\*|data:/)
    expect(uploadPageCsp()).toContain("default-src 'none'")
  })

  test('shows pictures and films of other origins only if downloads are redirected there', () => {
    expect(uploadPageCsp()).toContain("img-src 'self' blob:; media-src 'self';")
    expect(uploadPageCsp(['https://cdn.example', 'https://s3.example'])).toContain(
      "img-src 'self' https://cdn.example https://s3.example blob:; media-src 'self' https://cdn.example https://s3.example;",
    )
    expect(uploadPageCsp(['https://cdn.example'])).toContain("script-src 'self';")
  })

  test('begins with its doctype, and says its language and its title', () => {
    const titled = uploadPage({ title: 'Tom & Ann <3', assets: { script: 's.js', style: 's.css', icon: 'i.svg' } })
    const html = shown({}, titled)
    expect(html).toMatch(/^<!doctype html> ?<html lang="en">/i)
    expect(html).toContain('<title>Tom &amp; Ann &lt;3</title>')
    expect(html).toContain('href="i.svg"')
    expect(titled.url).toBeUndefined()
    expect(page.url).toBe('/')
  })
})

describe('a client that may not do everything', () => {
  test('is shown no form, and no script, if it may not upload', () => {
    const html = shown({ canUpload: false })
    expect(html).not.toMatch(/<form|<input|<script/)
    expect(html).toContain('The first file will be listed here.')
  })

  test('is told of a refusal without the claim that something was not uploaded', () => {
    const problem = toProblem(new UploadError('forbidden', { action: 'upload' }))
    expect(shown({ canUpload: false, problem })).toContain('<title>Not allowed: Upload files</title>')
    expect(shown({ problem })).toContain('<title>Not uploaded: Upload files</title>')
  })

  test('can sign in if that helps', () => {
    expect(shown({ signIn: '/?sign-in&a="b"' })).toContain('<a href="/?sign-in&amp;a=&quot;b&quot;">Sign in</a>')
    expect(shown({})).not.toContain('Sign in')
  })
})
