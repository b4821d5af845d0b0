import { readdir, readlink } from 'node:fs/promises'

/** The files that a process has open, those without a name included; none if the system does not tell. */
export async function openFiles(pid: number | undefined): Promise<string[]> {
  return (await descriptors(pid)).filter((target) => target.startsWith('/') && !target.startsWith('/dev/'))
}

/** The number of connections of a process; 0 if the system does not tell. */
export async function openSockets(pid: number | undefined): Promise<number> {
  return (await descriptors(pid)).filter((target) => target.startsWith('socket:')).length
}

async function descriptors(pid: number | undefined): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const names = await readdir(`/proc/${pid}/fd`)
  // ENOENT: closed meanwhile.
  return Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
}
