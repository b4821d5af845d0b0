/** By the media type that each one reads. */
const PARSERS: readonly (readonly [type: RegExp, parser: string])[] = [
  [/^multipart\//i, 'multer, or another parser of forms'],
  [/^application\/x-www-form-urlencoded\b/i, 'express.urlencoded()'],
  [/^[^;]*[/+]json\b/i, 'express.json()'],
  [/^text\//i, 'express.text()'],
]

/** The parser that has probably read a body of this type. */
export function parserOf(type: string = ''): string {
  return PARSERS.find(([pattern]) => pattern.test(type))?.[1] ?? 'a body parser'
}
