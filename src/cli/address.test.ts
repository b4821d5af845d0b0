import { expect, test } from 'vitest'
import { isLoopback, localUrl, loopbackNames, networkUrls } from './address.ts'

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.20', false],
  ['localhost.example', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

test('a server on loopback is known by the names of loopback, and by its own', () => {
  expect(loopbackNames('127.0.0.1')).toEqual(['localhost', '127.0.0.1', '[::1]'])
  expect(loopbackNames('127.0.0.2')).toContain('127.0.0.2')
})

test('URLs lead to the server from this machine, and from others if it listens everywhere', () => {
  expect(localUrl('0.0.0.0', 3000)).toBe('http://127.0.0.1:3000')
  expect(localUrl('::', 3000)).toBe('http://[::1]:3000')
  expect(localUrl('files.example', 80)).toBe('http://files.example:80')
  expect(networkUrls('127.0.0.1', 3000)).toEqual([])
  for (const url of networkUrls('::', 3000)) {
    expect(new URL(url).port).toBe('3000')
    expect(url).not.toContain('127.0.0.1')
  }
})
