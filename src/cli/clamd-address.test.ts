import { expect, test } from 'vitest'
import { parseClamdAddress } from './clamd-address.ts'

test.each([
  ['127.0.0.1:3310', { host: '127.0.0.1', port: 3310 }],
  ['clamav:1', { host: 'clamav', port: 1 }],
  ['clamav', { host: 'clamav' }],
  [' scan.example:3310 ', { host: 'scan.example', port: 3310 }],
  ['[::1]:3310', { host: '::1', port: 3310 }],
  ['[::1]', { host: '::1' }],
  ['/run/clamav/clamd.ctl', { socket: '/run/clamav/clamd.ctl' }],
  ['./clamd.ctl', { socket: './clamd.ctl' }],
  ['/run/a:b', { socket: '/run/a:b' }],
])('%s is where clamd listens', (text, address) => {
  expect(parseClamdAddress(text)).toEqual(address)
})

test.each(['', ' ', ':3310', 'a:b', '::1', '::1:3310', 'tcp://clamav:3310', '[a', 'a b:1', 'clamav:0', 'clamav:65536'])(
  '%j is not an address',
  (text) => {
    expect(() => parseClamdAddress(text)).toThrow(TypeError)
  },
)
