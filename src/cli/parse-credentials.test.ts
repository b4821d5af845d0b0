import { describe, expect, test } from 'vitest'
import { parseCredentials } from './parse-credentials.ts'

describe('lines of credentials', () => {
  test('give the actions of each name; by default everything but to delete', () => {
    const text = [
      '\uFEFF# The family',
      'ann:a:b#c upload,list,fetch,delete',
      '',
      '  bob:pässwörd\t',
      'scanner:tok-3n upload\r',
      'eve:x delete, fetch  list',
      '* fetch',
      '*:x fetch',
      '\t# the end',
    ].join('\n')
    expect(parseCredentials(text)).toEqual({
      credentials: [
        { name: 'ann', secret: 'a:b#c', rights: ['upload', 'list', 'fetch', 'delete'] },
        { name: 'bob', secret: 'pässwörd', rights: ['upload', 'list', 'fetch'] },
        { name: 'scanner', secret: 'tok-3n', rights: ['upload'] },
        { name: 'eve', secret: 'x', rights: ['list', 'fetch', 'delete'] },
        { name: '*', secret: 'x', rights: ['fetch'] },
      ],
      anonymous: ['fetch'],
    })
  })

  test.each([
    ['swordfish', 'write name:secret'],
    ['ann:', 'write name:secret'],
    [':swordfish', 'write name:secret'],
    ['ann:sword fish', 'after the secret, which has no spaces, only upload, list, fetch, delete can stand.'],
    ['ann:swordfish upload,read', 'after the secret'],
    ['ann:swordfish Upload', 'after the secret'],
    ['ann:swordfish constructor', 'after the secret'],
    ['ann: swordfish', 'after the secret'],
    ['ann:swordfish # a comment', 'after the secret'],
    ['* swordfish', 'after the secret'],
    ['*', 'name the actions for everybody'],
    ['ann:sword\u0007fish', 'it holds a control character.'],
    ['ann:swordfish\u0085x', 'it holds a control character.'],
  ])('that are wrong are told by their number, and nothing of them is shown: %j', (line, sentence) => {
    const mistake = (): unknown => parseCredentials(`# one\nok:ok\n${line}\nlast:x`)
    expect(mistake).toThrow(TypeError)
    expect(mistake).toThrow(`line 3: ${sentence}`)
    expect(mistake).not.toThrow(/sword|fish/)
  })

  test.each(['', '\n\n', '# ann:secret', '\uFEFF'])('without credentials are a mistake: %j', (text) => {
    expect(() => parseCredentials(text)).toThrow('it has no credentials.')
  })
})
