import type { FileAnswer } from '../../../client.ts'
import { formatBytes } from '../../../errors/byte-size.ts'
import { fileKind, isDrawable } from '../file-kind.ts'
import { folderOfKey, folderUrl } from '../folder-of-key.ts'
import { shownName } from '../shown-name.ts'
import { copyOf, element } from './element.ts'
import { showKind, showPicture } from './thumb.ts'

/** The list's row of a file that has just been stored, from a copy of the server's own. */
export function storedRow(
  { filename, key, type, size, storedAt, url }: FileAnswer,
  template: HTMLTemplateElement,
): HTMLElement {
  const row = copyOf(template)
  const thumb = element(row, '.thumb', HTMLElement)
  if (isDrawable(type)) showPicture(thumb, url)
  else showKind(thumb, fileKind(type))
  for (const bdi of row.querySelectorAll('bdi')) bdi.textContent = shownName(filename === '' ? key : filename)
  const folder = row.querySelector<HTMLAnchorElement>('.folder')
  if (folder !== null) showFolder(folder, folderOfKey(key))
  element(row, '.name', HTMLAnchorElement).href = url
  element(row, '.download', HTMLAnchorElement).href = `${url}?download`
  element(row, '.size', HTMLElement).textContent = formatBytes(size)
  const time = element(row, 'time', HTMLTimeElement)
  time.dateTime = storedAt
  showLocalTime(time)
  row.classList.add('new')
  return row
}

/** The server has drawn the link, because it keeps folders. */
function showFolder(link: HTMLAnchorElement, folder: string): void {
  link.href = folderUrl(folder)
  link.hidden = folder === ''
  element(link, 'bdi', HTMLElement).textContent = shownName(folder)
}

const LOCAL_DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Puts a date into the reader's own time zone and habits. */
export function showLocalTime(time: HTMLTimeElement): void {
  time.textContent = LOCAL_DATE.format(new Date(time.dateTime))
}
