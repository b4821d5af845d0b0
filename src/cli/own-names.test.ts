import { describe, expect, test } from 'vitest'
import { ownNames } from './own-names.ts'

const BOX = 'MyBox.corp.example'

describe.each(['0.0.0.0', '::', '192.168.1.20', 'files.example'])('a server that listens on %s', (host) => {
  const names = ownNames(host, ['drop.example'], BOX)

  test.each([
    'localhost',
    'mybox',
    'mybox.corp.example',
    'mybox.local',
    'mybox.lan',
    'mybox.internal',
    'mybox.home.arpa',
    'drop.example',
    '127.0.0.1',
    '192.168.1.20',
    '172.17.0.1',
    '203.0.113.9',
    '[::1]',
    '[2001:db8::1]',
    '[::ffff:10.0.0.1]',
    '[fe80::1]',
    '[fe80::1%eth0]',
    '[fe80::1%25eth0]',
  ])('answers to %s', (name) => {
    expect(names?.includes(name)).toBe(true)
  })

  test.each([
    '',
    'evil.example',
    'mybox.evil.example',
    'mybox.corp.example.evil.example',
    'mybox.local.evil.example',
    'evil.local',
    'local',
    'corp.example',
    'sub.drop.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1.',
    '127.1',
    '0x7f000001',
    '2130706433',
    '1.2.3.4:5',
    '::1',
    '[::1',
    '[127.0.0.1]',
    '[evil.example]',
    '[]',
  ])('does not answer to %j', (name) => {
    expect(names?.includes(name)).toBe(false)
  })
})

test('a server answers to the name on which it listens, and to no address for all addresses', () => {
  expect(ownNames('files.example', [], BOX)?.names).toContain('files.example')
  expect(ownNames('2001:db8::1', [], BOX)?.names).toContain('[2001:db8::1]')
  expect(ownNames('0.0.0.0', [], BOX)?.names).not.toContain('0.0.0.0')
  expect(ownNames('::', [], BOX)?.names).not.toContain('[::]')
})

test('a machine without a domain has one name, and one without a name has none', () => {
  expect(ownNames('::', [], 'box')?.names).toEqual([
    'localhost',
    'box',
    'box.local',
    'box.lan',
    'box.internal',
    'box.home.arpa',
  ])
  expect(ownNames('::', [], '')?.names).toEqual(['localhost'])
})

test('a server on loopback answers to its own names and those that are given, and to no other address', () => {
  const names = ownNames('127.0.0.1', ['drop.example'], BOX)
  for (const name of ['localhost', '127.0.0.1', '[::1]', 'drop.example']) expect(names?.includes(name), name).toBe(true)
  for (const name of ['mybox', '192.168.1.20', '[::2]', 'evil.example']) expect(names?.includes(name), name).toBe(false)
})

test('"any" is every name, on loopback too', () => {
  expect(ownNames('0.0.0.0', 'any', BOX)).toBeUndefined()
  expect(ownNames('127.0.0.1', 'any', BOX)).toBeUndefined()
})
