/**
 * Characters that change how their neighbours are drawn, or that are invisible: controls, line and paragraph
 * separators, and the bidirectional formatting characters of UAX #9. Joiners stay: Persian and emoji need them.
 */
const DECEIVING = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/**
 * A file's name as a person should see it. Every character that could make `exe.gpj` look like `jpg.exe` becomes a
 * visible U+FFFD. Not escaped for HTML.
 */
export function shownName(name: string): string {
  return name.toWellFormed().replace(DECEIVING, '\uFFFD')
}
