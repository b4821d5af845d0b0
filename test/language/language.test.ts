import { describe, expect, test } from 'vitest'
import { findingsOf, readFindings } from './findings.ts'
import { complaints, readAllowedCounts } from './ratchet.ts'

describe('the English of the repository', () => {
  const { found, unusedPhrases } = readFindings()

  test('gains no pattern that needs a second reading', () => {
    const list = complaints(found, readAllowedCounts())
    expect(list, list.join('\n')).toEqual([])
  })

  test('has each phrase that test/language/allowed-phrases.txt allows', () => {
    expect(unusedPhrases, 'Remove these lines from test/language/allowed-phrases.txt.').toEqual([])
  })
})

describe('the language check', () => {
  const patternsIn = (path: string, text: string): string[] =>
    findingsOf(path, text).map(({ pattern, line }) => `${pattern} ${line}`)

  test.each([
    ['a line comment', 'a.ts', 'const a = 1\n// Undefined where it is missing.', ['where 2']],
    ['a docstring, across two lines', 'a.ts', '/**\n * Is told to\n * no\n * one.\n */', ['nobody 3']],
    ['the title of a test', 'a.ts', "test('what is stored is whole', () => {})", ['what-first 1']],
    ['a template of several lines', 'a.ts', '`One line.\nWhoever asks.`', ['who 2']],
    ['a comment of a shell', '.ci/run', 'a=1 # none of these', ['none-of 1']],
    ['a paragraph of Markdown', 'a.md', '# Title\n\nThe text\nis no number.', ['is-no 4']],
    ['a program in Markdown', 'a.md', 'Text.\n\n```ts\nlet where = 1 // nobody knows\n```\n', ['nobody 4']],
    ['a long line of a comment', 'a.ts', `// ${'word '.repeat(24).trim()}.${' '.repeat(10)}`, ['long-line 1']],
    ['a long sentence', 'a.md', `A ${'word\n'.repeat(25)}.`, ['long-sentence 1']],
  ])('finds a pattern in %s', (_, path, text, expected) => {
    expect(patternsIn(path, text)).toEqual(expected)
  })

  test.each([
    ['a name in a program', 'a.ts', 'const where = who(nobody)'],
    ['code in backticks', 'a.md', 'The option `where` and `nobody here`.'],
    ['a "where" that is a place', 'a.ts', '// The folder where drafts lie.'],
    ['a wide table', 'a.md', `| ${'word '.repeat(40)} |`],
  ])('leaves alone %s', (_, path, text) => {
    expect(patternsIn(path, text)).toEqual([])
  })

  test('complains of more than is allowed with the lines, and of less with the command that lowers the number', () => {
    const found = findingsOf('src/a.ts', '// Nobody.\n// Is no size.')
    const allowed = new Map([['src', new Map([['is-no', 2]])]])
    expect(complaints(found, allowed)).toEqual([
      'src: "is-no" may occur 2 times and occurs 1 times. Lower it: `npm run language -- --lower`',
      expect.stringMatching(
        /^src: "nobody" occurs 1 times, 0 are allowed\. Name the actor.*\n {2}src\/a\.ts:1: Nobody/,
      ),
    ])
  })
})
