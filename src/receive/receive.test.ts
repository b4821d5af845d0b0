import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { file, formBody, formRequest, rawRequest, someBytes } from './fixtures/form-body.ts'
import { temporaryFolders } from './fixtures/temporary-folders.ts'
import { receive } from './receive.ts'

const newFolder = temporaryFolders()

describe('fields and files', () => {
  test('come in order of arrival, and a name as often as it was sent', async () => {
    const request = await formRequest([
      { name: 'tag', value: 'a' },
      file('photo', 'one.png', 'one', 'image/png'),
      { name: 'title', value: 'Über' },
      file('other', 'two.txt', 'two'),
      { name: 'tag', value: 'b' },
      file('photo', 'three.png', 'three'),
    ])
    await using upload = await receive(request)
    expect([...upload.fields]).toEqual([
      ['tag', 'a'],
      ['title', 'Über'],
      ['tag', 'b'],
    ])
    expect(upload.fields.get('tag')).toBe('a')
    expect(upload.fields.getAll('tag')).toEqual(['a', 'b'])
    expect(upload.files.values().map(({ name }) => name)).toEqual(['one.png', 'two.txt', 'three.png'])
    expect(upload.files.getAll('photo').map(({ name }) => name)).toEqual(['one.png', 'three.png'])
    expect(upload.files.get('nothing')).toBeUndefined()
  })

  test('a file has its field, the name and the type that the client gave, and its size', async () => {
    await using upload = await receive(await formRequest([file('photo', '../é "1".PNG', 1234, 'Image/PNG; x=1')]))
    const photo = upload.files.required('photo')
    expect([photo.field, photo.name, photo.type, photo.size]).toEqual(['photo', '../é "1".PNG', 'image/png', 1234])
  })

  test('a file has the headers of its part', async () => {
    const type = 'Content-Type: text/csv; charset=Shift_JIS'
    const body =
      `--X\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n${type}\r\nX-Id: 1\r\nX-ID: 2\r\n\r\nx\r\n` +
      '--X\r\nContent-Disposition: form-data; name="b"; filename="b.csv"\r\n\r\nx\r\n--X--\r\n'
    await using upload = await receive(rawRequest(body, 'multipart/form-data; boundary=X'))
    const [a, b] = upload.files.values()
    expect([a?.type, ...(a?.headers ?? [])]).toEqual([
      'text/csv',
      ['content-disposition', 'form-data; name="a"; filename="a.csv"'],
      ['content-type', 'text/csv; charset=Shift_JIS'],
      ['x-id', '1, 2'],
    ])
    expect([...(b?.headers ?? [])]).toEqual([['content-disposition', 'form-data; name="b"; filename="b.csv"']])
  })

  test.each([
    [undefined, 'utf-8'],
    ['UTF8', 'utf-8'],
    ['latin1', 'windows-1252'],
    ['x-sjis', 'shift_jis'],
  ])('the form has the charset that the field _charset_ names: %j is %s', async (label, charset) => {
    const fields = label === undefined ? [] : [{ name: '_charset_', value: label }]
    await using multipart = await receive(await formRequest([...fields, { name: 'a', value: 'x' }]))
    const urlencoded = label === undefined ? 'a=x' : `a=x&_charset_=${label}`
    await using other = await receive(rawRequest(urlencoded, 'application/x-www-form-urlencoded'))
    expect([multipart.charset, other.charset]).toEqual([charset, charset])
  })

  test('a file without a valid type is application/octet-stream', async () => {
    const body =
      '--X\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n' +
      '--X\r\nContent-Disposition: form-data; name="b"; filename="b"\r\nContent-Type: nonsense\r\n\r\n\r\n--X--\r\n'
    await using upload = await receive(rawRequest(body, 'multipart/form-data; boundary=X'))
    expect(upload.files.values().map(({ type }) => type)).toEqual([
      'application/octet-stream',
      'application/octet-stream',
    ])
  })

  test('the field _charset_ names the charset of all fields, at any position', async () => {
    const body = Buffer.from(
      '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n\x93\xfa\x96\x7b\r\n' +
        '--X\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nshift_jis\r\n--X--\r\n',
      'latin1',
    )
    await using upload = await receive(rawRequest(new Uint8Array(body), 'multipart/form-data; boundary=X'))
    expect(upload.fields.get('a')).toBe('日本')
  })

  test.each(['', 'null', 'binary'])('a field _charset_ of "%s" says nothing, and one after it does', async (label) => {
    const field = (name: string, value: string) =>
      `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const form = async (...fields: string[]): Promise<string | undefined> => {
      const bytes = new Uint8Array(Buffer.from(`${fields.join('')}--X--\r\n`, 'latin1'))
      await using upload = await receive(rawRequest(bytes, 'multipart/form-data; boundary=X'))
      return upload.fields.get('a')
    }
    expect(await form(field('_charset_', label), field('a', '\xc3\xbc'))).toBe('ü')
    expect(await form(field('_charset_', label), field('_charset_', 'shift_jis'), field('a', '\x93\xfa'))).toBe('日')
  })

  test('of two fields _charset_ the first counts, for fields and for names of files', async () => {
    const body =
      '--X\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nshift_jis\r\n' +
      '--X\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\niso-8859-1\r\n' +
      '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n\x93\xfa\r\n' +
      '--X\r\nContent-Disposition: form-data; name="f"; filename="\x93\xfa"\r\n\r\n\r\n--X--\r\n'
    const upload = await receive(rawRequest(Buffer.from(body, 'latin1'), 'multipart/form-data; boundary=X'))
    expect([upload.charset, upload.fields.get('a'), upload.files.get('f')?.name]).toEqual(['shift_jis', '日', '日'])
    await upload.dispose()
  })

  test('names of files that come after _charset_ are read by it too', async () => {
    const body = Buffer.from(
      '--X\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nshift_jis\r\n' +
        '--X\r\nContent-Disposition: form-data; name="a"; filename="\x93\xfa\x96\x7b.txt"\r\n\r\n\r\n--X--\r\n',
      'latin1',
    )
    await using upload = await receive(rawRequest(new Uint8Array(body), 'multipart/form-data; boundary=X'))
    expect(upload.files.get('a')?.name).toBe('日本.txt')
  })
})

describe('a percent-encoded filename', () => {
  const part = 'Content-Disposition: form-data; name="a"; filename="%C3%BC%20100%25.txt"'
  const sent = (headers: Record<string, string>): Request =>
    new Request('http://localhost', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=X', ...headers },
      body: `--X\r\n${part}\r\n\r\nx\r\n--X--\r\n`,
    })

  test('is decoded if no browser sent it', async () => {
    await using upload = await receive(sent({}))
    expect(upload.files.required('a').name).toBe('ü 100%.txt')
  })

  test.each([{ origin: 'http://localhost' }, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-mode': 'cors' }])(
    'is the true name of a file that a browser sent: %j',
    async (headers) => {
      await using upload = await receive(sent(headers))
      expect(upload.files.required('a').name).toBe('%C3%BC%20100%25.txt')
    },
  )
})

describe('a required file', () => {
  test('is the first one of its name in which a file was chosen', async () => {
    await using upload = await receive(await formRequest([file('a', '', ''), file('a', 'x.txt', 'x')]))
    expect(upload.files.required('a').name).toBe('x.txt')
  })

  test('that was not chosen has another code than one that the form does not have', async () => {
    await using upload = await receive(await formRequest([file('a', '', ''), { name: 'b', value: 'text' }]))
    expect(() => upload.files.required('a')).toThrow(
      expect.objectContaining({ code: 'no-file-selected', status: 422, details: { field: 'a' } }),
    )
    expect(() => upload.files.required('c')).toThrow(
      expect.objectContaining({ code: 'missing-file', status: 422, details: { field: 'c' } }),
    )
  })

  test('of a form without an enctype is missing, with a hint', async () => {
    await using upload = await receive(rawRequest('a=x.txt', 'application/x-www-form-urlencoded'))
    expect(upload.fields.get('a')).toBe('x.txt')
    expect(() => upload.files.required('a')).toThrow('enctype="multipart/form-data"')
    expect(() => upload.files.required('a')).toThrow(expect.objectContaining({ code: 'missing-file' }))
  })
})

// The first stays in memory, the second goes to a temporary file.
describe.each([10_000, 700_000])('a file of %i bytes', (size) => {
  test('can be read several times, in every way', async () => {
    await using upload = await receive(await formRequest([file('a', 'a.bin', size)]))
    const a = upload.files.required('a')
    expect(await a.bytes()).toEqual(someBytes(size))
    expect(new Uint8Array(await new Response(a.stream()).arrayBuffer())).toEqual(someBytes(size))
    expect(await a.bytes()).toEqual(someBytes(size))
    expect(await a.text()).toBe(new TextDecoder().decode(someBytes(size)))
  })

  test('does not change if its reader changes bytes', async () => {
    await using upload = await receive(await formRequest([file('a', 'a.bin', size)]))
    const a = upload.files.required('a')
    for await (const chunk of a.stream()) chunk.fill(0)
    expect(await a.bytes()).toEqual(someBytes(size))
  })

  test('can be saved several times', async () => {
    const folder = newFolder()
    await using upload = await receive(await formRequest([file('a', 'a.bin', size)]))
    await upload.files.required('a').save(join(folder, 'one'))
    await upload.files.required('a').save(join(folder, 'two'))
    expect(readdirSync(folder).toSorted()).toEqual(['one', 'two'])
    expect(readFileSync(join(folder, 'one')).equals(someBytes(size))).toBe(true)
    expect(readFileSync(join(folder, 'two')).equals(someBytes(size))).toBe(true)
  })

  test('stays at its path when the upload is disposed of', async () => {
    const folder = newFolder()
    {
      await using upload = await receive(await formRequest([file('a', 'a.bin', size)]))
      await upload.files.required('a').save(join(folder, 'kept'))
    }
    expect(readFileSync(join(folder, 'kept')).equals(someBytes(size))).toBe(true)
  })

  test('cannot be read after the upload is disposed of, and does not look empty', async () => {
    const folder = newFolder()
    const upload = await receive(await formRequest([file('a', 'a.bin', size)]))
    const a = upload.files.required('a')
    const early = a.stream()
    await upload.dispose()
    await upload.dispose()
    await expect(a.bytes()).rejects.toThrow(/The upload is closed/)
    await expect(a.text()).rejects.toThrow(TypeError)
    await expect(new Response(early).arrayBuffer()).rejects.toThrow(TypeError)
    await expect(a.save(join(folder, 'late'))).rejects.toThrow(/The upload is closed/)
    expect(readdirSync(folder)).toEqual([])
    expect(a.size).toBe(size)
  })
})

describe('a value that is not a form', () => {
  test.each([
    ['text/plain', /enctype="multipart\/form-data"/],
    [undefined, /enctype="multipart\/form-data"/],
    ['application/json', /multipart\/form-data/],
    ['multipart/mixed; boundary=X', /multipart\/form-data/],
    ['nonsense', /multipart\/form-data/],
  ])('such as %j is refused with a hint', async (contentType, hint) => {
    const refusal = receive(rawRequest('a=1', contentType))
    await expect(refusal).rejects.toMatchObject({ code: 'unsupported-media-type', status: 415 })
    await expect(refusal).rejects.toThrow(hint)
  })

  test('a form without a boundary, and one without a body, is refused with the reason', async () => {
    await expect(receive(rawRequest('', 'multipart/form-data'))).rejects.toMatchObject({ code: 'malformed-request' })
    const empty = new Request('http://localhost', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=X' },
    })
    await expect(receive(empty)).rejects.toMatchObject({ code: 'malformed-body', status: 400 })
  })

  test.each([undefined, null, 'request', {}, { headers: {}, request: {} }])('%j is not a request', async (value) => {
    // @ts-expect-error -- what a JavaScript program may pass
    await expect(receive(value)).rejects.toThrow(/neither a Fetch Request nor a Node IncomingMessage/)
  })
})

describe('a body that was read before is a TypeError that says so', () => {
  test('by request.formData()', async () => {
    const request = await formRequest([file('a', 'a', 'a')])
    await request.formData()
    await expect(receive(request)).rejects.toThrow(/has been read already, by request\.formData\(\)/)
  })

  test('by a reader that holds it', async () => {
    const request = await formRequest([file('a', 'a', 'a')])
    request.body?.getReader()
    const refusal = receive(request)
    await expect(refusal).rejects.toThrow(TypeError)
    await expect(refusal).rejects.toThrow(/has been read already/)
  })

  test('by another receive of the same request, which is not disturbed', async () => {
    const request = await formRequest([file('a', 'a', 10_000)])
    const first = receive(request)
    await expect(receive(request)).rejects.toThrow(/has been read already/)
    await using upload = await first
    expect(await upload.files.required('a').bytes()).toEqual(someBytes(10_000))
  })
})

describe('a signal', () => {
  test('that was given before rejects with its reason', async () => {
    const reason = new Error('enough')
    const request = await formRequest([file('a', 'a', 'a')])
    await expect(receive(request, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('that comes in the middle rejects with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=X' },
      body: readable,
      duplex: 'half',
    }
    const refusal = receive(new Request('http://localhost', init), { signal: controller.signal })
    await writer.write(new TextEncoder().encode('--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n'))
    controller.abort(reason)
    await writer.close()
    await expect(refusal).rejects.toBe(reason)
  })
})

test('a missing temporary folder is a failure of the storage, and the error tells no path', async () => {
  const folder = join(newFolder(), 'missing')
  const request = await formRequest([file('a', 'a', 600_000)])
  const refusal: unknown = await receive(request, { temporaryFolder: folder }).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ code: 'storage-failed', status: 500, cause: { code: 'ENOENT' } })
  expect(String(refusal)).not.toContain(folder)
  mkdirSync(folder)
  await using upload = await receive(await formRequest([file('a', 'a', 600_000)]), { temporaryFolder: folder })
  expect(upload.files.required('a').size).toBe(600_000)
})

test('a source that changes its bytes later does not change the received file', async () => {
  const { contentType, bytes: chunk } = await formBody([{ name: 'f', value: 'field' }, file('a', 'a.bin', 10_000)])
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(chunk)
      controller.close()
    },
  })
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
    duplex: 'half',
  }
  await using upload = await receive(new Request('http://localhost', init))
  chunk.fill(0)
  expect(upload.fields.get('f')).toBe('field')
  expect(await upload.files.required('a').bytes()).toEqual(someBytes(10_000))
})
