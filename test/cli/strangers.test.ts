import { hostname, networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { form, request, storedIn } from './client.ts'
import type { ClientOptions } from './client.ts'
import { serve, temporaryFolder } from './decant-process.ts'

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

describe('decant serve', () => {
  test('refuses a post from a page of another site', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const posted = await form('evil.txt', 'evil')
    const own = { origin: `http://127.0.0.1:${decant.port}` }

    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ]) {
      const answer = await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...headers } })
      expect(answer, JSON.stringify(headers)).toMatchObject({ status: 403 })
      expect(JSON.parse(answer.text).code).toBe('cross-site')
    }
    expect(storedIn(folder.path)).toEqual([])
    expect(await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...own } })).toMatchObject(
      { status: 201 },
    )
  })

  test('refuses on loopback a name that a stranger made lead there', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const asked = async (host: string): Promise<number> =>
      (await request(decant.port, '/', { headers: { host } })).status

    for (const host of ['evil.example', `evil.example:${decant.port}`, '127.0.0.1.evil.example', '[::2]']) {
      expect(await asked(host), host).toBe(403)
    }
    for (const host of ['localhost', 'LOCALHOST:1', `127.0.0.1:${decant.port}`, '[::1]', '[::1]:3000']) {
      expect(await asked(host), host).toBe(200)
    }
  })

  test('answers beyond loopback to its own names, to addresses and to those of --hosts, and warns', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--host=0.0.0.0', '--hosts=files.example, [2001:db8::1]'])
    const asked = async (host: string): Promise<number> =>
      (await request(decant.port, '/', { headers: { host } })).status

    expect(decant.ready.url).toBe(`http://127.0.0.1:${decant.port}`)
    expect(decant.stderr()).toMatch(/^warning: every client .* upload .* download .*\n$/)
    const own = [hostname(), `${hostname().split('.', 1)[0]}.local`, `localhost:${decant.port}`]
    // As a container is asked by the address of its host.
    const addresses = ['192.168.1.20:3000', '[fe80::1%25eth0]:3000', '[2001:db8::1]']
    for (const host of [...own, ...addresses, 'files.example:8443', 'FILES.example.']) {
      expect([host, await asked(host)]).toEqual([host, 200])
    }
    for (const host of ['evil.example', `${hostname()}.evil.example`, '127.0.0.1.evil.example', 'sub.files.example']) {
      expect([host, await asked(host)]).toEqual([host, 403])
    }
  })

  test('refuses beyond loopback a name that a page of a stranger made lead there', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--host=0.0.0.0'])
    const host = `evil.example:${decant.port}`
    const posted = await form('a.txt', 'a')
    expect((await request(decant.port, '/uploads', posted)).status).toBe(201)
    // The page is in the origin of that name, so its requests are of the same site.
    const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
    const attempts: readonly (readonly [string, ClientOptions])[] = [
      ['/', {}],
      ['/uploads', {}],
      ['/uploads/a.txt', {}],
      [`http://${host}/uploads/a.txt`, {}],
      ['/uploads', { ...posted, headers: { ...posted.headers } }],
      ['/uploads/b.txt', { method: 'PUT', body: Buffer.from('b') }],
      ['/uploads/a.txt', { method: 'DELETE' }],
    ]
    for (const [target, options] of attempts) {
      const answer = await request(decant.port, target, { ...options, headers: { ...options.headers, ...headers } })
      expect([target, answer.status, JSON.parse(answer.text).code]).toEqual([target, 403, 'unknown-host'])
      expect(answer.text).toContain('--hosts')
    }
    expect(storedIn(folder.path)).toEqual(['a.txt'])
  })

  test('answers to every name with --hosts any', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--host=0.0.0.0', '--hosts=any'])
    expect((await request(decant.port, '/', { headers: { host: 'anything.example' } })).status).toBe(200)
  })

  test.skipIf(!hasIPv6)('takes IPv6 loopback for loopback', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--host', '::1'])

    expect(decant.ready.url).toBe(`http://[::1]:${decant.port}`)
    expect(decant.stderr()).toBe('')
    expect(await (await fetch(`${decant.ready.url}/healthz`)).text()).toBe('ok')
    expect((await fetch(decant.ready.url)).status).toBe(200)
  })
})
