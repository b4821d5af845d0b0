/** The id that `naming: 'unique'` puts before the name of a file. */
const ID = /(?:^|\/)[0-9a-f]{32}(?:-r)?$/

/** The folder of a file, as its key tells it, without the id of the file; '' if it lies in none. */
export function folderOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/'))).replace(ID, '')
}

/** The list of a folder, relative to the page. */
export function folderUrl(folder: string): string {
  return `?${new URLSearchParams({ folder }).toString()}`
}
