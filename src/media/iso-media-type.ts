/** Brands of still pictures and their sequences (ISO/IEC 23008-12, 10; AV1 Image File Format, 6), and what they are. */
const PICTURES: ReadonlyMap<string, string> = new Map([
  ['avif', 'image/avif'],
  ['avis', 'image/avif'],
  ['heic', 'image/heic'],
  ['heim', 'image/heic'],
  ['heis', 'image/heic'],
  ['heix', 'image/heic'],
  ['hevc', 'image/heic-sequence'],
  ['hevm', 'image/heic-sequence'],
  ['hevs', 'image/heic-sequence'],
  ['hevx', 'image/heic-sequence'],
  ['avci', 'image/avci'],
  ['avcs', 'image/avcs'],
  ['crx ', 'image/x-canon-cr3'],
])

/** Brands that say only that it is a picture or a sequence. The compatible brands tell which one. */
const ANY_PICTURES: ReadonlyMap<string, string> = new Map([
  ['1pic', 'image/heif'],
  ['jpeg', 'image/heif'],
  ['jpgs', 'image/heif-sequence'],
  ['j2ki', 'image/heif'],
  ['j2is', 'image/heif-sequence'],
  ['miaf', 'image/heif'],
  ['mif1', 'image/heif'],
  ['mif2', 'image/heif'],
  ['mif3', 'image/heif'],
  ['msf1', 'image/heif-sequence'],
  ['vvic', 'image/heif'],
])

/** Other brands that are not simply MP4, without their spaces. */
const MOVIES: ReadonlyMap<string, string> = new Map([
  ['qt', 'video/quicktime'],
  ['M4A', 'audio/mp4'],
  ['M4B', 'audio/mp4'],
  ['F4A', 'audio/mp4'],
  ['F4B', 'audio/mp4'],
  ['M4V', 'video/x-m4v'],
  ['M4VH', 'video/x-m4v'],
  ['M4VP', 'video/x-m4v'],
])

/** Brands that films have among their compatible brands, and pictures do not. */
const FILM = /^(?:iso[m2-9a-c]|mp4[12]|avc1|qt {2}|M4[AV] )$/

const HANDLER = 28

/**
 * The type of an ISO base media file by its `ftyp` box (ISO/IEC 14496-12, 4.3); `undefined` if it does not begin with
 * one. A file of an unknown brand is a picture if its `meta` box says so.
 */
export function isoMediaType(head: Uint8Array): string | undefined {
  if (textAt(head, 4, 4) !== 'ftyp') return undefined
  const major = textAt(head, 8, 4)
  // JPEG 2000 and its kin have this box too, but behind another one. As a first box, it has a printable brand.
  if (!/^[ -~\xa0-\xff\0]{4}$/.test(major)) return undefined
  const end = Math.min(new DataView(head.buffer, head.byteOffset).getUint32(0), head.length)
  const compatible: string[] = []
  for (let at = 16; at + 4 <= end; at += 4) compatible.push(textAt(head, at, 4))
  const picture = pictureType(major, compatible)
  if (picture !== undefined) return picture
  if (textAt(head, end + 4, 4) === 'meta' && textAt(head, end + HANDLER, 4) === 'pict') return 'image/heif'
  if (major.startsWith('3g2')) return 'video/3gpp2'
  if (major.startsWith('3g')) return 'video/3gpp'
  return MOVIES.get(major.replaceAll('\0', ' ').trim()) ?? 'video/mp4'
}

function pictureType(major: string, compatible: readonly string[]): string | undefined {
  const proven = PICTURES.get(major)
  if (proven !== undefined) return proven
  const special = compatible.map((brand) => PICTURES.get(brand)).find((type) => type !== undefined)
  const any = ANY_PICTURES.get(major)
  if (any !== undefined) return special ?? any
  const isFilm = FILM.test(major) || MOVIES.has(major.trim()) || major.startsWith('3g') || compatible.some(isFilmBrand)
  if (isFilm) return undefined
  return special ?? compatible.map((brand) => ANY_PICTURES.get(brand)).find((type) => type !== undefined)
}

function isFilmBrand(brand: string): boolean {
  return FILM.test(brand)
}

function textAt(head: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...head.subarray(offset, offset + length))
}
