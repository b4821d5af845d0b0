/**
 * The first two bytes of each format that file-type or `real-type.ts` proves by its beginning, as characters of the
 * same codes.
 */
const BEGINNINGS: ReadonlySet<number> = toPairs(
  '\0\0 \0\x01 \0a \x04\0 \x04" \x06\x06 \x06\x0e \x0bw \x1aE \x1f\x8b \x1f\x9d \x1f\xa0 !< !B #! $F %! %P (\xb5 -- ' +
    '.R 0& 07 7z 8B <? AC AD AR BE BL BM BP BW BZ CW Cr DR DS Ex FL FO FR FU FW GI ID II IM IS IT Ka L\0 LZ MA MM MP MS ' +
    'MT MZ NE OT Ob Og PA PK RE RF RI Ra SQ WE `\xea bo bp ca de fL gi gl ic re so tr tt ty wO wv x\x01 {\\ ~\x10 ~\x18 ' +
    '\x7fE \x89P \xa1\xb2 \xabK \xc5\xd0 \xc7q \xca\xfe \xce\xfa \xcf\xfa \xd0\xcf \xd4\xc3 \xed\xab \xef\xbb ' +
    '\xfd7 \xfe\xed \xfe\xff',
)

/** Other places with a mark that proves a format, and the beginning of that mark. */
const MARKS: readonly { readonly offset: number; readonly beginning: number }[] = [
  { offset: 2, beginning: toPair("'\n") },
  { offset: 2, beginning: toPair('-l') },
  { offset: 4, beginning: toPair('fr') },
  { offset: 4, beginning: toPair('ft') },
  { offset: 4, beginning: toPair('md') },
  { offset: 4, beginning: toPair('mo') },
  { offset: 4, beginning: toPair('wi') },
  { offset: 7, beginning: toPair('**') },
  { offset: 34, beginning: toPair('LP') },
  { offset: 36, beginning: toPair('ac') },
  { offset: 44, beginning: toPair('SC') },
  { offset: 60, beginning: toPair('BO') },
  { offset: 128, beginning: toPair('DI') },
  { offset: 257, beginning: toPair('\0\0') },
  { offset: 257, beginning: toPair('us') },
]

/**
 * In MPEG's transport streams each packet begins with this byte. The second packet shows that the first was not random.
 */
const PACKET = 0x47
const PACKETS: readonly number[] = [188, 196]

/** MPEG's frames of sound begin with it, and a byte order mark. */
const ALL_ONES = 0xff

/**
 * False if the first bytes cannot be a format that they prove, so the full check is not needed. A few comparisons tell
 * this of encrypted, compressed and unknown data.
 */
export function mayHaveFormat(head: Uint8Array): boolean {
  return (
    head[0] === ALL_ONES ||
    BEGINNINGS.has(pairAt(head, 0)) ||
    MARKS.some((mark) => pairAt(head, mark.offset) === mark.beginning) ||
    PACKETS.some((offset) => head[offset] === PACKET)
  )
}

/** Two bytes as one number; -1 if the head ends before. */
function pairAt(head: Uint8Array, offset: number): number {
  const first = head[offset]
  const second = head[offset + 1]
  return first === undefined || second === undefined ? -1 : first * 256 + second
}

function toPair(text: string): number {
  return text.charCodeAt(0) * 256 + text.charCodeAt(1)
}

function toPairs(texts: string): ReadonlySet<number> {
  return new Set(texts.split(' ').map(toPair))
}
