/** A paragraph of a comment or of Markdown, or a string of a program. */
export interface Passage {
  readonly kind: 'comment' | 'markdown' | 'string' | 'table'
  /** The words alone, without comment signs and indentation. */
  readonly text: string
  /** The same, of the same length, with code masked. */
  readonly prose: string
  /** The line of the file where it begins. Each line of `text` is one line of the file. */
  readonly line: number
}

interface Line {
  readonly text: string
  readonly line: number
}

// In this order: regular expressions, comments (also those of shells and Python), strings.
const TOKEN = new RegExp(
  [
    /(?<=[=(,:;!&|?{}[\n>] ?)\/(?![*/ ])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/,
    /\/\*[\s\S]*?\*\//,
    /\/\/.*/,
    /(?<![^\s]|#)#(?:!| ).*/,
    /'(?:\\.|[^'\\\n])*'/,
    /"(?:\\.|[^"\\\n])*"/,
    /`(?:\\[\s\S]|[^`\\])*`/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)
// A list item, a heading, a tag of a docstring or a row of a table begins a passage of its own.
const OPENING = /^(?:[-*] |\d+\. |#+ |@\w|\|)/

/** Everything in a file that people read as English. */
export function passagesOf(path: string, text: string): Passage[] {
  return path.endsWith('.md') ? passagesOfMarkdown(text) : passagesOfProgram(text, 1)
}

function passagesOfMarkdown(text: string): Passage[] {
  const passages: Passage[] = []
  let prose: Line[] = []
  let program: Line[] | undefined
  for (const [index, line] of text.split('\n').entries()) {
    if (!/^\s*```/.test(line)) {
      const lines = program ?? prose
      lines.push({ text: program === undefined ? line.replace(/^[\s>]+/, '') : line, line: index + 1 })
    } else if (program === undefined) {
      passages.push(...paragraphs(prose, 'markdown'))
      program = []
    } else {
      passages.push(...passagesOfProgram(program.map((each) => each.text).join('\n'), program[0]?.line ?? 1))
      program = undefined
      prose = []
    }
  }
  return [...passages, ...paragraphs(prose, 'markdown')]
}

function passagesOfProgram(text: string, firstLine: number): Passage[] {
  const passages: Passage[] = []
  let comment: Line[] = []
  let end = 0
  let column = 0
  let line = firstLine
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match
    const between = text.slice(end, match.index)
    const isComment = /^(?:\/[/*]|#)/.test(token)
    const isString = /^['"`]/.test(token)
    const ownColumn = match.index - text.lastIndexOf('\n', match.index - 1)
    line += newLines(between)
    // Line comments below each other are one text.
    if (!isComment || token.startsWith('/*') || !/^\n[ \t]*$/.test(between) || ownColumn !== column) {
      passages.push(...paragraphs(comment, 'comment'))
      comment = []
    }
    if (isComment) comment.push(...commentLines(token, line))
    else if (isString && /\s/.test(token)) passages.push(stringPassage(token.slice(1, -1), line))
    line += newLines(token)
    end = match.index + token.length
    column = ownColumn
  }
  return [...passages, ...paragraphs(comment, 'comment')]
}

function stringPassage(text: string, line: number): Passage {
  const prose = text.replaceAll(/\$\{[^}\n]*\}/g, mask)
  return { kind: 'string', text, prose, line }
}

function newLines(text: string): number {
  return text.split('\n').length - 1
}

function commentLines(token: string, firstLine: number): Line[] {
  const words = token.replace(/\s*\*\/$/, '')
  return words.split('\n').map((text, index) => ({
    text: text.replace(/^\s*(?:\/\/+|\/\*+|\*|#+!?)?\s*/, ''),
    line: firstLine + index,
  }))
}

function paragraphs(lines: readonly Line[], kind: 'comment' | 'markdown'): Passage[] {
  const passages: Line[][] = []
  let open = false
  let isProgram = false
  for (const line of lines) {
    if (line.text.startsWith('```')) {
      isProgram = !isProgram
      open = false
    }
    if (isProgram || line.text.startsWith('```')) continue
    const isRow = line.text.startsWith('|')
    if (line.text.trim() === '') {
      open = false
    } else if (open && !OPENING.test(line.text)) {
      passages.at(-1)?.push(line)
    } else {
      passages.push([line])
      open = !isRow && !/^#+ /.test(line.text)
    }
  }
  return passages.map((group) => {
    const text = group.map((each) => each.text).join('\n')
    const line = group[0]?.line ?? 0
    return { kind: text.startsWith('|') ? 'table' : kind, text, prose: maskCode(text), line }
  })
}

/** Code in backticks is one word of the same length. */
function maskCode(text: string): string {
  return text.replaceAll(/`[^`\n]*`/g, mask)
}

function mask(code: string): string {
  return `\`${'x'.repeat(Math.max(code.length - 2, 0))}\``
}
