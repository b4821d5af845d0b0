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

test('the groups have the very members of Flask-Uploads', () => {
  expect(Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, group.join(' ')]))).toEqual(
    FLASK_UPLOADS,
  )
})
