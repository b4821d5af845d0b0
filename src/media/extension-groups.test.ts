import { expect, test } from 'vitest'
import * as groups from './extension-groups.ts'

/** Flask-Uploads' own lists. */
const FLASK_UPLOADS = {
  TEXT: 'txt',
  DOCUMENTS: 'rtf odf ods gnumeric abw doc docx xls xlsx pdf',
  IMAGES: 'jpg jpe jpeg png gif svg bmp webp',
  AUDIO: 'wav mp3 aac ogg oga flac',
  DATA: 'csv ini json plist xml yaml yml',
  SCRIPTS: 'js php pl py rb sh',
  ARCHIVES: 'gz bz2 zip tar tgz txz 7z',
  SOURCE: 'c cpp c++ h hpp h++ cxx hxx hdl ada rs go f for f90 f95 f03 d dd di java hs cs fs cbl cob asm s',
  EXECUTABLES: 'so exe dll',
  DEFAULTS:
    'txt rtf odf ods gnumeric abw doc docx xls xlsx pdf jpg jpe jpeg png gif svg bmp webp csv ini json plist xml yaml yml',
}

/** The other members of these groups. */
const BEYOND: Readonly<Record<string, string>> = {
  IMAGES: 'avif',
  AUDIO: 'm4a opus',
  DEFAULTS: 'pptx odt odp md avif',
}

/** Groups that Flask-Uploads does not have. */
const OWN = {
  PHOTOS: 'jpg jpe jpeg png gif bmp webp avif heic heif tif tiff dng jxl',
  VIDEO: 'mp4 m4v mov webm mkv avi mpg mpeg wmv 3gp ogv',
  OFFICE: 'rtf odf ods gnumeric abw doc docx xls xlsx pdf pptx ppt odt odp epub md',
}

test('the groups have the members of Flask-Uploads, and these besides', () => {
  const expected = Object.entries(FLASK_UPLOADS).map(([name, members]) => [name, `${members} ${BEYOND[name] ?? ''}`])
  const sorted = (entries: readonly (readonly string[])[]) =>
    Object.fromEntries(entries.map(([name = '', members = '']) => [name, members.trim().split(' ').toSorted()]))
  expect(sorted(Object.entries(groups).map(([name, group]) => [name, group.join(' ')]))).toEqual(
    sorted([...expected, ...Object.entries(OWN)]),
  )
})

test('photos are all images but SVG, and some more formats', () => {
  const photos: readonly string[] = groups.PHOTOS
  expect(groups.IMAGES.filter((extension) => !photos.includes(extension))).toEqual(['svg'])
})
