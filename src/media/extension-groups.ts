/*
 * Flask-Uploads' groups, and more of the same in IMAGES, AUDIO and DEFAULTS. IMAGES and DATA, and so DEFAULTS, have SVG
 * and XML, which can carry scripts: they are served so that these cannot run.
 */

/** Plain text. */
export const TEXT = ['txt'] as const

/** Office documents of Flask-Uploads. */
export const DOCUMENTS = ['rtf', 'odf', 'ods', 'gnumeric', 'abw', 'doc', 'docx', 'xls', 'xlsx', 'pdf'] as const

/** Documents of office work, slides and books included. */
export const OFFICE: readonly [...typeof DOCUMENTS, 'pptx', 'ppt', 'odt', 'odp', 'epub', 'md'] = [
  ...DOCUMENTS,
  'pptx',
  'ppt',
  'odt',
  'odp',
  'epub',
  'md',
]

/**
 * Images that browsers show, SVG included. HEIC is not among them: if a page's `accept` names it, Safari sends it, and
 * a JPEG otherwise.
 */
export const IMAGES = ['jpg', 'jpe', 'jpeg', 'png', 'gif', 'svg', 'bmp', 'webp', 'avif'] as const

/** Photos of cameras and phones, also those that no browser shows. SVG is not among them. */
export const PHOTOS = [
  'jpg',
  'jpe',
  'jpeg',
  'png',
  'gif',
  'bmp',
  'webp',
  'avif',
  'heic',
  'heif',
  'tif',
  'tiff',
  'dng',
  'jxl',
] as const

/** Sound. */
export const AUDIO = ['wav', 'mp3', 'aac', 'ogg', 'oga', 'flac', 'm4a', 'opus'] as const

/** Films of cameras, phones and browsers. */
export const VIDEO = ['mp4', 'm4v', 'mov', 'webm', 'mkv', 'avi', 'mpg', 'mpeg', 'wmv', '3gp', 'ogv'] as const

/** Structured text. */
export const DATA = ['csv', 'ini', 'json', 'plist', 'xml', 'yaml', 'yml'] as const

/** Scripts. Not for a folder from which some server runs files. */
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

/** The extensions of a set that names none: text, documents, images and data. */
export const DEFAULTS: readonly [
  ...typeof TEXT,
  ...typeof DOCUMENTS,
  'pptx',
  'odt',
  'odp',
  'md',
  ...typeof IMAGES,
  ...typeof DATA,
] = [...TEXT, ...DOCUMENTS, 'pptx', 'odt', 'odp', 'md', ...IMAGES, ...DATA]
