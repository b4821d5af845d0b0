import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { makeExt4 } from './machine.ts'

/** A small file system, unmounted when it is disposed of. */
export interface MountedDisk extends AsyncDisposable {
  /** The path of the mount for every process of this machine. */
  readonly path: string
  /** Runs a command in the namespace of the mount; `{}` stands for its path. Returns the output. */
  run(command: string, ...parameters: string[]): string
}

/** A disk whose bytes can be looked at as they are on the medium. */
export interface Ext4Disk extends MountedDisk {
  /**
   * The disk as it would be after a loss of power in this instant, mounted by itself. It is a copy of the bytes that
   * the system has written to the medium, without those that are still in memory.
   */
  afterPowerLoss(): Promise<MountedDisk>
  /** Makes the file system find an error in itself. It refuses all writes then. */
  breakDown(): void
}

/** An ext4 file system that writes nothing by itself for five minutes: what is on the medium was flushed. */
export async function ext4Disk(size: number): Promise<Ext4Disk> {
  if (makeExt4 === undefined) throw new TypeError('Nothing makes ext4 here: put describe.skipIf(!canMount) around it')
  const folder = mkdtempSync(join(tmpdir(), 'decant-ext4-'))
  const image = join(folder, 'image')
  writeFileSync(image, '')
  truncateSync(image, size)
  check(makeExt4, '-q', '-F', '-m', '0', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
  const disk = await mounted(folder, ['-o', 'loop,commit=300,errors=remount-ro', image])
  return {
    ...disk,
    async afterPowerLoss() {
      const other = mkdtempSync(join(tmpdir(), 'decant-ext4-'))
      copyFileSync(image, join(other, 'image'))
      return mounted(other, ['-o', 'loop', join(other, 'image')])
    },
    breakDown() {
      const device = basename(check('losetup', '--noheadings', '--output', 'NAME', '--associated', image).trim())
      writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1')
    },
  }
}

/**
 * A file system in memory.
 *
 * @param files that it can have, folders included
 */
export function memoryDisk(size: number, files?: number): Promise<MountedDisk> {
  const options = files === undefined ? `size=${size}` : `size=${size},nr_inodes=${files}`
  return mounted(mkdtempSync(join(tmpdir(), 'decant-tmpfs-')), ['-t', 'tmpfs', '-o', options, 'tmpfs'])
}

/**
 * Mounts into a name space of its own, which a process holds that ends with this one. So no mount and no loop device
 * outlives the tests.
 */
async function mounted(folder: string, what: readonly string[]): Promise<MountedDisk> {
  const place = mkdtempSync(join(folder, 'mount-'))
  const script = 'mount "$@" && echo mounted && exec cat >/dev/null'
  const holder = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', ...what, place], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = once(holder, 'exit')
  const errors = text(holder.stderr)
  const lines = createInterface({ input: holder.stdout })
  const ready = await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => undefined)])
  if (ready === undefined) {
    rmSync(folder, { recursive: true })
    throw new Error(`mount failed: ${await errors}`)
  }
  const inside = ['--target', String(holder.pid), '--mount', '--']
  return {
    path: `/proc/${holder.pid}/root${place}`,
    run: (command, ...parameters) =>
      check('nsenter', ...inside, command, ...parameters.map((parameter) => (parameter === '{}' ? place : parameter))),
    async [Symbol.asyncDispose]() {
      holder.kill('SIGKILL')
      await exited
      rmSync(folder, { recursive: true })
    },
  }
}

function check(command: string, ...parameters: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${stderr}`, { cause: error })
  return stdout
}
