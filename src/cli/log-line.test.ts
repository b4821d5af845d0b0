import { expect, test } from 'vitest'
import { logLine } from './log-line.ts'

const request = { time: '2026-11-24T12:00:00.000Z', method: 'PUT', path: '/uploads/a.txt', status: 201, ms: 34 }

test('a line tells the time, the client, the action, the status, the size and the duration', () => {
  expect(logLine({ ...request, address: '192.0.2.7', received: 2048, sent: 100 })).toBe(
    '2026-11-24T12:00:00.000Z  192.0.2.7  PUT  /uploads/a.txt  201  2 KiB  34 ms',
  )
  expect(logLine({ ...request, sent: 100 })).toContain('  -  PUT  /uploads/a.txt  201  100 bytes  34 ms')
  expect(logLine(request)).toContain('  201  -  34 ms')
})

test('a line ends in the name of the client and the files that were stored', () => {
  const line = logLine({ ...request, user: 'ann', stored: ['a.txt', '2026/b%20c.txt'] })
  expect(line).toMatch(/ {2}34 ms {2}by ann {2}stored a\.txt 2026\/b%20c\.txt$/)
  expect(logLine({ ...request, user: 'ann' })).toMatch(/ {2}34 ms {2}by ann$/)
})
