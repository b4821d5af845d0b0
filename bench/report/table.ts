/** A table in Markdown, its columns as wide as what is in them; numbers stand to the right. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((title, index) => {
    const cells = rows.map((row) => row[index] ?? '')
    return {
      width: Math.max(4, title.length, ...cells.map(({ length }) => length)),
      isNumeric: cells.every((cell) => /^(?:\d|$)/.test(cell)),
    }
  })
  const line = (cells: readonly string[]): string =>
    `| ${columns
      .map(({ width, isNumeric }, index) => {
        const cell = cells[index] ?? ''
        return isNumeric ? cell.padStart(width) : cell.padEnd(width)
      })
      .join(' | ')} |`
  const rule = line(
    columns.map(({ width, isNumeric }) => (isNumeric ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))),
  )
  return [line(head), rule, ...rows.map(line)].join('\n')
}
