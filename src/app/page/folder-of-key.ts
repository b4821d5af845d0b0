/** The folder of a file, as its key tells it; '' if it lies in none. */
export function folderOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')))
}

/** The list of a folder, relative to the page. */
export function folderUrl(folder: string): string {
  return `?${new URLSearchParams({ folder }).toString()}`
}
