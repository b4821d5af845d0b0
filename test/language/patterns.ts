import type { Passage } from './passages.ts'

export interface Pattern {
  readonly name: string
  readonly advice: string
  /** The offsets in the passage. `lines` are those of the file. */
  readonly find: (passage: Passage, lines: readonly string[]) => readonly number[]
}

const MOST_WORDS = 25
const MOST_COLUMNS = 120

// Before "where" they make it a place ("the folder where drafts lie") or a question ("knows where the file is").
const PLACES =
  'folders?|director(?:y|ies)|places?|lines?|pages?|files?|positions?|offsets?|points?|paths?|spots?|sections?|rooms?|' +
  'columns?|parts?|rows?|servers?|machines?|hosts?|knows?|says?|tells?|remembers?|[Rr]eturns?|sees?|shows?|finds?|asks?|from|of|is'
const PEOPLE = 'people|persons?|users?|members?|readers?|authors?|those|maintainers?|developers?|engineers?|attackers?'

/** English that often needs a second reading. */
export const PATTERNS: readonly Pattern[] = [
  {
    name: 'is-no',
    advice: 'Say "is not a valid size" instead of "is no size". "There is no file" is fine.',
    find: all(/(?<!\bthere\s)\b(?:is|are|was|were)\s(?:no|none)\b(?!\s(?:longer|more|less|fewer|better|worse)\b)/gi),
  },
  {
    name: 'long-line',
    advice: `Wrap comments and Markdown at ${MOST_COLUMNS} columns. Rows of tables may be longer.`,
    find: longLines,
  },
  {
    name: 'long-sentence',
    advice: `Say one fact in a sentence, in at most ${MOST_WORDS} words.`,
    find: longSentences,
  },
  {
    name: 'nobody',
    advice: 'Name the actor: the client, the caller, the server, another process.',
    find: all(/\b(?:some|any|no)body\b|\b(?:some|any)one\b|\bno\sone\b(?!\sof\b)/gi),
  },
  { name: 'none-of', advice: 'Say what is not the case, with "not".', find: all(/\bnone\sof\b/gi) },
  {
    name: 'or-first',
    advice: 'Begin with the subject. "Otherwise" introduces what happens if a condition fails.',
    find: all(/(?<![A-Z]\s)\b(?:Or|Nor|Be)\b(?!\s[A-Z])/g),
  },
  {
    name: 'rare-word',
    advice:
      'Say "permissions" for "rights", "random bytes" for "chance", "limit" for "cap", "still" for "all the same".',
    find: all(
      /\b(?:(?<!["'`.(,]\s?|RIGHTS)rights(?![.:])|chance|caps?|capped|lest|nought)\b|\ball\sthe\ssame\b|\bbe\sit\b/g,
    ),
  },
  {
    name: 'what-first',
    advice: 'Begin with the subject, not with "What" or "Whatever".',
    find: all(/\bWhat(?:ever)?\b|^what(?:ever)?\b/g),
  },
  {
    name: 'where',
    advice:
      'Use "if" or "when" for a condition. A "where" that is a place gets a line in test/language/allowed-phrases.txt.',
    find: all(new RegExp(String.raw`(?<!\b(?:${PLACES})[,;]?\s)\b[Ww]here\b`, 'g')),
  },
  {
    name: 'who',
    advice: 'Name the actor instead of "who" or "whoever". "A user who" is fine.',
    find: all(new RegExp(String.raw`(?<!\b(?:${PEOPLE}),?\s)\bwho\b|\b(?:whoever|whom)\b`, 'gi')),
  },
]

function all(pattern: RegExp): Pattern['find'] {
  return ({ prose }) => Array.from(prose.matchAll(pattern), ({ index }) => index)
}

function longLines({ kind, text, line }: Passage, lines: readonly string[]): number[] {
  if (kind !== 'comment' && kind !== 'markdown') return []
  let offset = 0
  return text.split('\n').flatMap((words, index) => {
    const start = offset
    offset += words.length + 1
    return (lines[line - 1 + index] ?? '').length > MOST_COLUMNS ? [start] : []
  })
}

function longSentences({ kind, prose }: Passage): number[] {
  // A long string is often data, such as a page of HTML or a list of extensions.
  if (kind === 'table' || (kind === 'string' && !/^[^\n]* (?:the|is) [^\n]*$/.test(prose))) return []
  const ends = Array.from(
    prose.matchAll(/[.!?:]["')*_\]]*\s+(?=["'(*_[]*[A-Z`])/g),
    ({ index, 0: { length } }) => index + length,
  )
  const starts = [0, ...ends]
  return starts.filter(
    (start, index) =>
      prose
        .slice(start, starts[index + 1])
        .trim()
        .split(/\s+/).length > MOST_WORDS,
  )
}
