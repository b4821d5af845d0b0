/*
 * Flask-Uploads' groups with the very same members, so that a set means the same here and there. IMAGES and DATA, and so
 * DEFAULTS, have SVG and XML, which can carry scripts: they are served so that these cannot run.
 */

/** Plain text. */
export const TEXT = ['txt'] as const

/** Office documents. */
export const DOCUMENTS = ['rtf', 'odf', 'ods', 'gnumeric', 'abw', 'doc', 'docx', 'xls', 'xlsx', 'pdf'] as const

/** Images that browsers show; SVG is one. */
export const IMAGES = ['jpg', 'jpe', 'jpeg', 'png', 'gif', 'svg', 'bmp', 'webp'] as const

/** Sound. */
export const AUDIO = ['wav', 'mp3', 'aac', 'ogg', 'oga', 'flac'] as const

/** Structured text. */
export const DATA = ['csv', 'ini', 'json', 'plist', 'xml', 'yaml', 'yml'] as const

/** Scripts. Not for a folder from which some server runs what it finds. */
export const SCRIPTS = ['js', 'php', 'pl', 'py', 'rb', 'sh'] as const

/** Archives and compressed files. */
export const ARCHIVES = ['gz', 'bz2', 'zip', 'tar', 'tgz', 'txz', '7z'] as const

/** Source code of compiled languages. */
export const SOURCE = [
  'c',
  'cpp',
  'c++',
  'h',
  'hpp',
  'h++',
  'cxx',
  'hxx',
  'hdl',
  'ada',
  'rs',
  'go',
  'f',
  'for',
  'f90',
  'f95',
  'f03',
  'd',
  'dd',
  'di',
  'java',
  'hs',
  'cs',
  'fs',
  'cbl',
  'cob',
  'asm',
  's',
] as const

/** Programs and libraries. */
export const EXECUTABLES = ['so', 'exe', 'dll'] as const

/** What a set takes that names no extensions: text, documents, images and data. */
export const DEFAULTS: readonly [...typeof TEXT, ...typeof DOCUMENTS, ...typeof IMAGES, ...typeof DATA] = [
  ...TEXT,
  ...DOCUMENTS,
  ...IMAGES,
  ...DATA,
]
