import { expect, test } from 'vitest'
import type { Answer } from './answer.ts'
import type { PostOptions } from './post-file.ts'
import { UploadQueue } from './upload-queue.ts'
import type { Upload } from './upload-queue.ts'

const stored: Answer = { stored: [{ filename: 'x', key: 'x', type: 'text/plain', size: 1, url: '/uploads/x' }] }

/** A queue over a link whose progress and answers the test decides. */
function start(width?: number) {
  const log: string[] = []
  const uploads = new Map<string, Upload>()
  const links = new Map<string, PostOptions & { answer: (answer: Answer | undefined) => Promise<void> }>()
  const queue = new UploadQueue({
    ...(width === undefined ? {} : { width }),
    refuse: ({ name }) => (name.endsWith('.exe') ? 'No.' : undefined),
    send: ({ name }, options) => {
      const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
      links.set(name, {
        ...options,
        answer: async (answer) => {
          resolve(answer)
          await promise
        },
      })
      return promise
    },
    onChange: (upload, state) => {
      uploads.set(upload.file.name, upload)
      log.push(`${upload.file.name} ${state.at}`)
    },
  })
  const link = (name: string) => {
    const found = links.get(name)
    if (found === undefined) throw new Error(`${name} was never sent`)
    return found
  }
  const upload = (name: string) => {
    const found = uploads.get(name)
    if (found === undefined) throw new Error(`${name} was never added`)
    return found
  }
  return { queue, log, links, link, upload }
}

const files = (...names: string[]) => names.map((name) => new File(['0123456789'], name))

test('three files are sent at a time, and the next one as soon as there is room', async () => {
  const { queue, links, link } = start()
  queue.add(files('a', 'b', 'c', 'd', 'e'))
  expect([...links.keys()]).toEqual(['a', 'b', 'c'])
  await link('b').answer(stored)
  expect([...links.keys()]).toEqual(['a', 'b', 'c', 'd'])
  await link('a').answer({ refused: 'No.', retry: false })
  expect([...links.keys()]).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a file over a limit is refused without being sent', () => {
  const { queue, log, links } = start()
  queue.add(files('a.exe'))
  expect(log).toEqual(['a.exe refused'])
  expect(links.size).toBe(0)
  expect(queue.isBusy).toBe(false)
})

test('when all bytes have left, the file is being checked until the server answers', async () => {
  const { queue, log, link } = start()
  queue.add(files('a'))
  link('a').onProgress(0.5)
  link('a').onProgress(1)
  link('a').onProgress(1)
  await link('a').answer(stored)
  expect(log).toEqual(['a waiting', 'a sending', 'a sending', 'a checking', 'a stored'])
  expect(queue.isBusy).toBe(false)
})

test('a cancelled upload is aborted, makes room, and says nothing more', async () => {
  const { queue, log, link, links, upload } = start(1)
  queue.add(files('a', 'b', 'c'))
  queue.cancel(upload('b'))
  queue.cancel(upload('a'))
  expect(link('a').signal.aborted).toBe(true)
  link('a').onProgress(0.9)
  await link('a').answer(undefined)
  expect([...links.keys()]).toEqual(['a', 'c'])
  expect(log.filter((line) => line.startsWith('a'))).toEqual(['a waiting', 'a sending', 'a cancelled'])
})

test('an upload that is over cannot be cancelled', async () => {
  const { queue, log, link, upload } = start()
  queue.add(files('a'))
  await link('a').answer(stored)
  queue.cancel(upload('a'))
  expect(log.at(-1)).toBe('a stored')
})

test('the overall share counts bytes of all files, without the refused and the cancelled', async () => {
  const { queue, link, upload } = start()
  queue.add(files('a', 'b', 'c', 'd'))
  link('a').onProgress(0.5)
  expect(queue.share).toBeCloseTo(5 / 40)
  await link('b').answer(stored)
  expect(queue.share).toBeCloseTo(15 / 40)
  await link('c').answer({ refused: 'No.', retry: true })
  expect(queue.share).toBeCloseTo(15 / 30)
  queue.cancel(upload('d'))
  expect(queue.share).toBeCloseTo(15 / 20)
  await link('a').answer(stored)
  expect(queue.isBusy).toBe(false)
  queue.add(files('e'))
  expect(queue.share).toBe(0)
})
