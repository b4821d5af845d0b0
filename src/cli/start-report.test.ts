import { describe, expect, test } from 'vitest'
import { ownNames } from './own-names.ts'
import { startReportJson, startReportText } from './start-report.ts'
import type { StartReport } from './start-report.ts'

const report: StartReport = {
  url: 'http://127.0.0.1:3000',
  networkUrls: ['http://192.168.1.20:3000', 'http://10.0.0.2:3000'],
  place: { kind: 'folder', folder: '/srv/uploads', minFreeSpace: 1024 ** 3, durable: false, isPrivate: false },
  set: { extensions: ['jpg', 'pdf'], maxFileSize: 8 * 1024 ** 2, maxFiles: 5 },
  denies: false,
  scans: false,
  workers: 1,
  names: ownNames('127.0.0.1', [], 'box'),
}
const plain = { qrCode: false, bold: (text: string) => text, dim: (text: string) => text }

describe('the report for a person', () => {
  test('tells the URLs, the folder of the files and the limits', () => {
    expect(startReportText(report, plain)).toBe(
      [
        'Upload at  http://127.0.0.1:3000',
        'Network    http://192.168.1.20:3000',
        'Network    http://10.0.0.2:3000',
        '',
        'Files go to /srv/uploads',
        'Accepted: jpg, pdf, up to 8 MiB each, 5 at once. The last 1 GiB of the disk stay free.',
        'Press Ctrl-C to stop.',
      ].join('\n'),
    )
  })

  test('has a code to point a phone at, of the same width in every line, where there is a network URL', () => {
    const lines = startReportText(report, { ...plain, qrCode: true }).split('\n')
    const code = lines.filter((line) => /[█▀▄]/.test(line))

    expect(code.length).toBeGreaterThan(10)
    expect(new Set(code.map((line) => line.length)).size).toBe(1)
    expect(startReportText({ ...report, networkUrls: [] }, { ...plain, qrCode: true })).not.toMatch(/[█▀▄]/)
  })

  test.each([
    [false, 'Accepted: every type of file, up to'],
    [true, 'Accepted: every type of file but the denied ones, up to'],
  ])('says that all types are taken, or all but some (%s)', (denies, sentence) => {
    expect(startReportText({ ...report, set: { ...report.set, extensions: undefined }, denies }, plain)).toContain(
      sentence,
    )
  })

  test('tells the bucket and the engine instead of a folder, and nothing of a disk', () => {
    const place = { kind: 'bucket', bucket: 'inbox', prefix: 'drop', downloads: 'server' } as const
    const text = startReportText({ ...report, place }, plain)

    expect(text).toContain('\nFiles go to s3://inbox/drop\n')
    expect(text).not.toContain('disk')
    expect(startReportText({ ...report, place: { ...place, endpoint: 'https://s3.example' } }, plain)).toContain(
      '\nFiles go to s3://inbox/drop at https://s3.example\n',
    )
  })

  test('says that files are scanned, if they are', () => {
    expect(startReportText({ ...report, scans: true }, plain)).toContain(' 5 at once, scanned by ClamAV. The last')
  })

  test('says beyond loopback to which names it answers, and how to add one', () => {
    const names = ownNames('0.0.0.0', ['drop.example'], 'box')
    expect(startReportText({ ...report, names }, plain)).toContain(
      '\nAnswers to IP addresses, localhost, box, box.local, box.lan, box.internal, box.home.arpa, drop.example. ' +
        'Add other names with --hosts.\n',
    )
    expect(startReportText(report, plain)).not.toContain('Answers')
    expect(startReportText({ ...report, names: undefined }, plain)).not.toContain('Answers')
    expect(JSON.parse(startReportJson({ ...report, names: undefined }))).not.toHaveProperty('hosts')
  })

  test('counts extensions that are many, and says nothing of room that may be filled', () => {
    const extensions = Array.from({ length: 13 }, (_, index) => `x${index}`)
    const place = { kind: 'folder', folder: '/srv/uploads', minFreeSpace: 0, durable: false, isPrivate: false } as const
    const text = startReportText({ ...report, set: { ...report.set, extensions }, place }, plain)

    expect(text).toContain('Accepted: 13 types of file, up to 8 MiB each, 5 at once.\n')
  })
})

test('the report for a program is one line of JSON', () => {
  const line = startReportJson(report)

  expect(line).not.toContain('\n')
  expect(JSON.parse(line)).toEqual({
    url: 'http://127.0.0.1:3000',
    networkUrls: ['http://192.168.1.20:3000', 'http://10.0.0.2:3000'],
    folder: '/srv/uploads',
    extensions: ['jpg', 'pdf'],
    maxFileSize: 8_388_608,
    maxFiles: 5,
    minFreeSpace: 1_073_741_824,
    workers: 1,
    hosts: ['localhost', '127.0.0.1', '[::1]'],
  })
})

test('the report for a program has the bucket and the engine instead of a folder and its free space', () => {
  const place = { kind: 'bucket', bucket: 'inbox', endpoint: 'https://s3.example', downloads: 'server' } as const
  const told: unknown = JSON.parse(startReportJson({ ...report, place }))

  expect(told).toMatchObject({ bucket: 's3://inbox', endpoint: 'https://s3.example', maxFiles: 5 })
  expect(told).not.toHaveProperty('folder')
  expect(told).not.toHaveProperty('minFreeSpace')
})
