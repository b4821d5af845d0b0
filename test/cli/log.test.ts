import { describe, expect, test } from 'vitest'
import { form, request } from './client.ts'
import { linesOf, processOf, spawnDecant, temporaryFolder } from './decant-process.ts'

describe('--log', () => {
  test('logs every request in a line of its own, as JSON on request; a name cannot forge one', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--min-free-space=0', '--json', '--log'])
    await using _ = processOf(child)
    const lines = linesOf(child)[Symbol.asyncIterator]()
    const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value ?? '')
    const port = Number(new URL(String((await next())['url'])).port)

    await request(port, '/uploads/a%0Ab.txt', { method: 'PUT', body: Buffer.from('abc') })
    expect(await next()).toMatchObject({ address: '127.0.0.1', method: 'PUT', path: '/uploads/a%0Ab.txt', received: 3 })
    await request(port, '/uploads/none.txt?token=secret')
    expect(await next()).toMatchObject({ method: 'GET', path: '/uploads/none.txt', status: 404 })
  })

  test('names the files that were stored and the person who signed in, and no secret', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--min-free-space=0', '--json', '--log'], {
      env: { DECANT_CREDENTIALS: 'ann:ann-secret' },
    })
    await using _ = processOf(child)
    const lines = linesOf(child)[Symbol.asyncIterator]()
    const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value ?? '')
    const port = Number(new URL(String((await next())['url'])).port)
    const headers = { authorization: `Basic ${Buffer.from('ann:ann-secret').toString('base64')}` }

    await request(port, '/uploads/a.txt', { method: 'PUT', headers, body: Buffer.from('abc') })
    expect(await next()).toMatchObject({ status: 201, user: 'ann', stored: ['a.txt'] })
    const body = await form('a.txt', 'abc')
    await request(port, '/uploads', { ...body, headers: { ...body.headers, ...headers } })
    expect(await next()).toMatchObject({ status: 201, user: 'ann', stored: ['a_1.txt'] })
    await request(port, '/uploads/a.txt', { method: 'PUT', headers, body: Buffer.from('abc') })
    const refused = await next()
    expect(refused).toMatchObject({ status: 409, user: 'ann' })
    expect(refused).not.toHaveProperty('stored')
    await request(port, '/uploads', { headers: { authorization: 'Bearer wrong' } })
    const unknown = await next()
    expect(unknown).toMatchObject({ status: 401 })
    expect(unknown).not.toHaveProperty('user')
  })

  test('is for people otherwise', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0'], { env: { DECANT_LOG: 'true' } })
    await using _ = processOf(child)
    let url = ''
    let asked: Promise<Response> | undefined
    let last = ''
    for await (const line of linesOf(child)) {
      url ||= /http:\S+/.exec(line)?.[0] ?? ''
      if (line.includes('Ctrl-C')) asked = fetch(`${url}/healthz`)
      last = line
      if (asked !== undefined && !line.includes('Ctrl-C')) break
    }
    await asked

    expect(last).toMatch(/^\d{4}-\S+Z {2}127\.0\.0\.1 {2}GET {2}\/healthz {2}200 {2}\S+/)
  })
})
