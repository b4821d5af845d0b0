import { expect, test } from 'vitest'
import { signedLinks } from '../access/signed-links.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import { openSite } from './fixtures/site.ts'

const links = signedLinks({ secret: 'x'.repeat(32) })

test.each(['its URL', 'a signed link'])('a download by %s is opened by its set', async (way) => {
  const opened: unknown[] = []
  const watched = (set: UploadSet): UploadSet => ({
    ...set,
    open(file) {
      opened.push(file)
      return set.open(file)
    },
  })
  await using site = await openSite({ links, sets: watched })
  const stored = await site.set.save(new File(['hello'], 'a.txt'))
  const url = way === 'its URL' ? '/a.txt' : await links.sign(stored, '/a.txt')
  expect(await (await fetch(site.origin + url)).text()).toBe('hello')
  expect(opened).toEqual(['a.txt'])
})
