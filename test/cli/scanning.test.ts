import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clamd, startClamd } from '../clamav/clamd.ts'
import type { ClamdProcess } from '../clamav/clamd.ts'
import { EICAR } from '../clamav/eicar.ts'
import { draftsIn, filesIn, form, request, storedIn } from './client.ts'
import { serve, temporaryFolder } from './decant-process.ts'

const PAGE = { accept: 'text/html' }

describe.skipIf(clamd === undefined)('decant serve with a real clamd', () => {
  let daemon: ClamdProcess
  beforeAll(async () => {
    daemon = await startClamd('StreamMaxLength 100M')
  })
  afterAll(async () => await daemon[Symbol.asyncDispose]())

  test.each(['TCP', 'a Unix socket'])('keeps what is clean and refuses EICAR, over %s', async (way) => {
    using folder = temporaryFolder()
    const address = way === 'TCP' ? `127.0.0.1:${daemon.port}` : daemon.socket
    await using decant = await serve(folder.path, ['--clamav', address])

    expect(await request(decant.port, '/uploads', await form('good.txt', 'good'))).toMatchObject({ status: 201 })
    const refused = await request(decant.port, '/uploads', await form('bad.txt', EICAR))
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([422, 'content-refused'])
    expect(draftsIn(folder.path)).toEqual([])
    expect(storedIn(folder.path)).toEqual(['good.txt'])
    expect(decant.stderr()).toBe('')
  })

  test('tells a person on the page what was found', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [], { env: { DECANT_CLAMAV: daemon.socket } })
    const posted = await form('bad.txt', EICAR)
    const answer = await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...PAGE } })

    expect(answer.status).toBe(422)
    expect(answer.text).toMatch(/bad\.txt(?:"|&quot;|&#34;) was refused: ClamAV found Eicar-Test-\S+ in it\./)
  })

  test('keeps nothing when clamd has stopped, unless it was told to: 503, a sentence on the page, a line on stderr', async () => {
    using folder = temporaryFolder()
    await using other = await startClamd()
    await using decant = await serve(folder.path, [`--clamav=${other.socket}`])
    await using lenient = await serve(folder.path, [`--clamav=${other.socket}`, '--clamav-down=accept'])
    await other.kill()
    const posted = await form('a.txt', 'good')
    const answer = await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...PAGE } })

    expect(answer.status).toBe(503)
    expect(answer.text).toContain('could not be checked just now, and nothing of it remains. Try again later.')
    expect(answer.text).not.toContain(other.socket)
    expect(filesIn(folder.path)).toEqual([])
    await expect.poll(() => decant.stderr()).toMatch(/^decant: 503 check-unavailable: clamd did not answer: .*\n$/)
    expect(await request(lenient.port, '/uploads', posted)).toMatchObject({ status: 201 })
  })

  test('refuses what is larger than is scanned before it has come in, and says so on the page', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [`--clamav=${daemon.socket}`, '--clamav-max-size=1KiB'])
    const refused = await request(decant.port, '/uploads', await form('a.txt', 'x'.repeat(1025)))

    expect(decant.ready.maxFileSize).toBe(1024)
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([413, 'file-too-large'])
    expect(await request(decant.port, '/uploads', await form('a.txt', 'x'.repeat(1024)))).toMatchObject({ status: 201 })
  })
})

describe('a clamd that is not there when the server starts', () => {
  test.each([
    ['refuse', 'every file is refused', 503],
    ['accept', 'files are accepted unscanned', 201],
  ])('is told in a warning (%s)', async (what, meanwhile, status) => {
    using folder = temporaryFolder()
    const socket = `${folder.path}/no.ctl`
    await using decant = await serve(folder.path, [`--clamav=${socket}`, `--clamav-down=${what}`])

    expect(decant.stderr()).toBe(
      `warning: ClamAV cannot be reached, and until it can, ${meanwhile}: clamd did not answer: connect ENOENT ${socket}\n`,
    )
    expect(await request(decant.port, '/uploads', await form('a.txt', 'a'))).toMatchObject({ status })
  })
})

test('--digest tells the digest of each file, in the answer and with the file', async () => {
  using folder = temporaryFolder()
  await using decant = await serve(folder.path, ['--digest=sha-256'])
  const digest = 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:'
  const created = await request(decant.port, '/uploads', await form('a.txt', 'abc'))

  expect(JSON.parse(created.text).files).toMatchObject([{ digest }])
  expect(await request(decant.port, '/uploads/a.txt')).toMatchObject({ headers: { 'repr-digest': digest } })
})

test('the largest file follows the largest body, so that the page promises no more', async () => {
  using folder = temporaryFolder()
  await using decant = await serve(folder.path, ['--max-body-size=1MiB'])

  expect(decant.ready.maxFileSize).toBe(1024 ** 2)
})
