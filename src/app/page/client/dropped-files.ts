/**
 * The files of a drop or a paste, those in folders included, at any depth. Call it before the event is over: afterwards
 * the browser has emptied `data`. Rejects with a DOMException if a folder cannot be read.
 */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  const dropped = [...data.items].map((item) => {
    const entry = item.webkitGetAsEntry()
    return entry !== null && isFolder(entry) ? entry : item.getAsFile()
  })
  const files: File[] = []
  for (const each of dropped) {
    if (each instanceof File) files.push(each)
    else if (each !== null) await collect(each, files)
  }
  return files
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (isFile(entry)) files.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)))
  if (!isFolder(entry)) return
  const reader = entry.createReader()
  for (;;) {
    // A reader gives some entries at a time, a hundred in Chromium, and an empty list at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return
    for (const each of some) await collect(each, files)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
