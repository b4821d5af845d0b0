import { describe, expect, test } from 'vitest'
import { trustedProxies } from './trusted-proxies.ts'

describe('trusted proxies', () => {
  test.each([
    [['loopback'], ['127.0.0.1', '127.255.0.1', '::1'], ['128.0.0.1', '10.0.0.1', '::2', '::']],
    [
      ['private'],
      ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fdff::1'],
      ['172.32.0.1', '172.15.0.1', '11.0.0.1', '192.169.0.1', '127.0.0.1', 'fe80::1'],
    ],
    [['10.0.0.2'], ['10.0.0.2'], ['10.0.0.1', '10.0.0.3']],
    [
      ['10.0.0.0/30', 'fd00:1::/32'],
      ['10.0.0.3', 'fd00:1::5'],
      ['10.0.0.4', 'fd00:2::5'],
    ],
    [['::1', 'loopback', 'private'], ['127.0.0.1', '10.0.0.1'], ['8.8.8.8']],
    [['0.0.0.0/0'], ['8.8.8.8'], ['2001:db8::1']],
    [[], [], ['127.0.0.1', '::1']],
  ])('of %j', (list, trusted, others) => {
    const isTrusted = trustedProxies(list)
    expect(trusted.filter((address) => !isTrusted(address))).toEqual([])
    expect(others.filter((address) => isTrusted(address))).toEqual([])
  })

  test.each([
    '',
    'localhost',
    'true',
    '*',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0/8',
    '10.0.0.1/8/8',
    'fe80::1%eth0',
    '::1 ',
  ])('are not %j', (entry) => {
    expect(() => trustedProxies(['loopback', entry])).toThrow(TypeError)
  })

  test('does not contain a text that is not an address', () => {
    for (const address of ['', 'localhost', '127.0.0.1:80', 'fe80::1%eth0', '[::1]']) {
      expect(trustedProxies(['0.0.0.0/0', '::/0'])(address), address).toBe(address.startsWith('fe80'))
    }
  })
})
