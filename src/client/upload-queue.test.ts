import { expect, test, vi } from 'vitest'
import type { CreatedAnswer } from '../handler/file-answer.ts'
import { UploadQueue } from './upload-queue.ts'
import type { QueuedUpload, UploadQueueOptions, UploadState } from './upload-queue.ts'
import { UploadProblem } from './upload-problem.ts'

const stored: CreatedAnswer = { files: [], fields: [] }
const refusal = new UploadProblem({ code: 'file-too-large', status: 413 }, 'Too large.')
type SendOptions = Parameters<UploadQueueOptions['send']>[1]

/** A queue over a link whose progress and answers the test decides. */
function start(concurrency?: number) {
  const log: string[] = []
  const uploads = new Map<string, QueuedUpload>()
  const links = new Map<string, SendOptions & { settle: (answer: CreatedAnswer | Error) => Promise<void> }>()
  const queue = new UploadQueue({
    ...(concurrency === undefined ? {} : { concurrency }),
    refuse: ({ name }) => (name.endsWith('.exe') ? 'No.' : undefined),
    send: ({ name }, options) => {
      const { promise, resolve, reject } = Promise.withResolvers<CreatedAnswer>()
      links.set(name, {
        ...options,
        async settle(answer) {
          if (answer instanceof Error) reject(answer)
          else resolve(answer)
          await promise.catch(() => {})
          await Promise.resolve()
        },
      })
      return promise
    },
    onChange(upload, state) {
      uploads.set(upload.name, upload)
      log.push(`${upload.name} ${state.at === 'refused' ? `refused: ${state.reason}` : state.at}`)
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

const files = (...names: string[]) => names.map((name) => ({ file: new File(['0123456789'], 'x'), name }))

test('three files are sent at a time, and the next one as soon as there is room', async () => {
  const { queue, links, link } = start()
  queue.add(files('a', 'b', 'c', 'd', 'e'))
  expect([...links.keys()]).toEqual(['a', 'b', 'c'])
  await link('b').settle(stored)
  expect([...links.keys()]).toEqual(['a', 'b', 'c', 'd'])
  await link('a').settle(refusal)
  expect([...links.keys()]).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a file that is not to be sent is refused at once', () => {
  const { queue, log, links } = start()
  queue.add(files('a.exe'))
  expect(log).toEqual(['a.exe refused: No.'])
  expect([links.size, queue.isBusy]).toEqual([0, false])
})

test('a file of a chosen folder is called by its path', () => {
  const { queue, upload } = start()
  const file = Object.defineProperty(new File(['x'], 'a.jpg'), 'webkitRelativePath', { value: 'trip/a.jpg' })
  queue.add([file])
  expect(upload('trip/a.jpg').file).toBe(file)
})

test('when all bytes have left, the file is being checked until the server answers', async () => {
  const { queue, log, link } = start()
  queue.add(files('a'))
  link('a').onProgress({ loaded: 5, total: 10 })
  link('a').onProgress({ loaded: 10, total: 10 })
  link('a').onProgress({ loaded: 10, total: 10 })
  await link('a').settle(stored)
  expect(log).toEqual(['a waiting', 'a sending', 'a sending', 'a checking', 'a stored'])
  expect(queue.isBusy).toBe(false)
})

test('a broken connection is told, and the file counts from its beginning again', () => {
  const { queue, log, link } = start()
  queue.add(files('a'))
  link('a').onProgress({ loaded: 5, total: 10 })
  link('a').onRetry(new UploadProblem({ code: 'connection-failed' }), 1000)
  expect(log.at(-1)).toBe('a interrupted')
  expect(queue.progress.loaded).toBe(0)
  link('a').onProgress({ loaded: 2, total: 10 })
  expect([log.at(-1), queue.progress.loaded]).toEqual(['a sending', 2])
})

test('a cancelled upload is aborted, makes room, and says nothing more', async () => {
  const { queue, log, link, links, upload } = start(1)
  queue.add(files('a', 'b', 'c'))
  queue.cancel(upload('b'))
  queue.cancel(upload('a'))
  expect(link('a').signal.aborted).toBe(true)
  link('a').onProgress({ loaded: 9, total: 10 })
  await link('a').settle(new Error('aborted'))
  expect([...links.keys()]).toEqual(['a', 'c'])
  expect(log.filter((line) => line.startsWith('a'))).toEqual(['a waiting', 'a sending', 'a cancelled'])
})

test('all uploads can be cancelled, and none that waited is begun', () => {
  const { queue, link, links, log } = start(2)
  queue.add(files('a', 'b', 'c', 'd'))
  queue.cancelAll()
  expect([...links.keys()]).toEqual(['a', 'b'])
  expect([link('a').signal.aborted, link('b').signal.aborted, queue.isBusy]).toEqual([true, true, false])
  expect(log.filter((line) => line.endsWith('cancelled')).toSorted()).toEqual(
    ['a', 'b', 'c', 'd'].map((name) => `${name} cancelled`),
  )
})

test('an upload that is over cannot be cancelled', async () => {
  const { queue, log, link, upload } = start()
  queue.add(files('a'))
  await link('a').settle(stored)
  queue.cancel(upload('a'))
  expect(log.at(-1)).toBe('a stored')
})

test('the progress counts bytes of all files, without the refused and the cancelled', async () => {
  const { queue, link, upload } = start()
  queue.add(files('a', 'b', 'c', 'd'))
  // The body of a form is larger than its file.
  link('a').onProgress({ loaded: 100, total: 200 })
  expect(queue.progress).toEqual({ loaded: 5, total: 40 })
  await link('b').settle(stored)
  expect(queue.progress).toEqual({ loaded: 15, total: 40 })
  await link('c').settle(refusal)
  expect(queue.progress).toEqual({ loaded: 15, total: 30 })
  queue.cancel(upload('d'))
  expect(queue.progress).toEqual({ loaded: 15, total: 20 })
  await link('a').settle(stored)
  expect(queue.isBusy).toBe(false)
  queue.add(files('e'))
  expect(queue.progress).toEqual({ loaded: 0, total: 10 })
})

test.each<UploadState['at']>(['waiting', 'sending', 'checking', 'stored'])(
  'a page that fails when it is told of "%s" keeps no other file waiting',
  async (at) => {
    const report = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', report)
    try {
      const sent: string[] = []
      const queue = new UploadQueue({
        concurrency: 1,
        send: async ({ name }, { onProgress }) => {
          sent.push(name)
          onProgress({ loaded: 1, total: 1 })
          return stored
        },
        onChange(upload, state) {
          if (upload.name === 'a' && state.at === at) throw new Error('a mistake of the page')
        },
      })
      queue.add(files('a', 'b'))
      await vi.waitFor(() => expect(queue.isBusy).toBe(false))
      expect(sent).toEqual(['a', 'b'])
      expect(report).toHaveBeenCalledOnce()
    } finally {
      vi.unstubAllGlobals()
    }
  },
)
