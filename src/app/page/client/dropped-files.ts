import type { NamedFile } from '../../../client.ts'

/**
 * The files of a drop or a paste, those in folders included, at any depth. Call it before the event is over: afterwards
 * the browser has emptied `data`. Rejects with a DOMException if a folder cannot be read.
 *
 * @param keepsFolders true if the name of a file in a folder is to be its path: `trip/day-1/a.jpg`
 */
export async function droppedFiles(data: DataTransfer, keepsFolders: boolean): Promise<NamedFile[]> {
  const dropped = [...data.items].map((item) => {
    const entry = item.webkitGetAsEntry()
    return entry !== null && isFolder(entry) ? entry : item.getAsFile()
  })
  const files: NamedFile[] = []
  for (const each of dropped) {
    if (each instanceof File) files.push({ file: each, name: each.name })
    else if (each !== null) await collect(each, keepsFolders, files)
  }
  return files
}

async function collect(entry: FileSystemEntry, keepsFolders: boolean, files: NamedFile[]): Promise<void> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    // The path begins with a slash.
    files.push({ file, name: keepsFolders ? entry.fullPath.slice(1) : file.name })
  }
  if (!isFolder(entry)) return
  const reader = entry.createReader()
  for (;;) {
    // A reader gives some entries at a time, a hundred in Chromium, and an empty list at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return
    for (const each of some) await collect(each, keepsFolders, files)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
