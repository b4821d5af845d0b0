/** A call at which a process is to be killed or to fail: the n-th of its name, as strace counts them in each thread. */
export interface CallMoment {
  readonly call: string
  readonly n: number
}

/** Every call that makes, changes, names or flushes a file or a folder, as strace wants them. */
export const FILE_CALLS = 'openat,pwrite64,write,fsync,fchmod,link,rename,unlink,mkdir,rmdir'

/** Those calls of a trace that have to do with a folder, in their order. */
export function callMoments(lines: readonly string[], folder: string): CallMoment[] {
  const seen = new Map<string, number>()
  const moments: CallMoment[] = []
  for (const line of lines) {
    const [, thread, call] = /^(?:\[pid +(\d+)\] )?(\w+)\(/.exec(line) ?? []
    if (call === undefined) continue
    const n = (seen.get(`${thread} ${call}`) ?? 0) + 1
    seen.set(`${thread} ${call}`, n)
    if (line.includes(folder)) moments.push({ call, n })
  }
  return moments
}
