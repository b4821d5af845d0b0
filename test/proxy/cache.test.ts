import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { signedLinks } from '../../src/access.ts'
import { uploadHandler } from '../../src/handler.ts'
import type { UploadHandlerOptions } from '../../src/handler.ts'
import { uploadSet } from '../../src/index.ts'
import { memoryStorage } from '../../src/memory.ts'
import { attach, nodeHandler } from '../../src/node.ts'
import { temporaryFolder } from '../cli/decant-process.ts'
import { nginxBlocks } from './guide-blocks.ts'
import { nginx, startNginx } from './nginx.ts'

const links = signedLinks({ secret: 's'.repeat(32) })

describe.skipIf(!nginx)('an nginx that caches, as the guide shows it', () => {
  /** The answers of the cache to two requests for one file. */
  async function askTwice(options: UploadHandlerOptions, isSigned = false): Promise<unknown[]> {
    const set = uploadSet('files', { storage: memoryStorage(), url: '' })
    const file = await set.save(new File(['hello'], 'a.txt'))
    const server = await listen(attach(createServer(nodeHandler(uploadHandler(set, options)))))
    using folder = temporaryFolder()
    const block = nginxBlocks().find((each) => each.includes('proxy_cache ')) ?? ''
    await using proxy = await startNginx({
      http: [`proxy_cache_path ${folder.path} keys_zone=files:1m;`],
      server: [block.replace('http://127.0.0.1:3000', server.origin)],
    })
    const url = isSigned ? await links.sign(file, set.url(file)) : set.url(file)
    const answers: unknown[] = []
    for (let count = 0; count < 2; count++) {
      const response = await fetch(`http://127.0.0.1:${proxy.port}${url}`)
      expect(await response.text()).toBe('hello')
      answers.push(response.headers.get('x-cache'))
    }
    await server.close()
    return answers
  }

  test('keeps a file that is public', async () => {
    expect(await askTwice({ maxAge: 60, immutable: true, public: true })).toEqual(['MISS', 'HIT'])
  })

  test.each<[string, UploadHandlerOptions, isSigned: boolean]>([
    ['by default', {}, false],
    ['that only browsers may keep', { maxAge: 60 }, false],
    ['that a signed link has opened', { maxAge: 60, public: true, links }, true],
  ])('keeps no file %s', async (_, options, isSigned) => {
    expect(await askTwice(options, isSigned)).toEqual(['MISS', 'MISS'])
  })
})
