import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of another operating system, mounted until it is disposed of. */
export interface ForeignDisk extends Disposable {
  /** The path of the mount. */
  readonly path: string
}

/**
 * NTFS that does not tell upper case from lower.
 *
 * @param driver its driver, as `findNtfs` gives it
 */
export function ntfsDisk(driver: string): ForeignDisk {
  return foreignDisk((image, place) => {
    execFileSync('mkntfs', ['-q', '-F', '-f', image], { stdio: 'ignore' })
    execFileSync(driver, ['-o', 'ignore_case', image, place])
  })
}

/**
 * FAT with long names.
 *
 * @param maker the program that makes it, as `findMakeFat` gives it
 */
export function fatDisk(maker: string): ForeignDisk {
  return foreignDisk((image, place) => {
    execFileSync(maker, [image], { stdio: 'ignore' })
    execFileSync('mount', ['-t', 'vfat', '-o', 'loop', image, place])
  })
}

function foreignDisk(mount: (image: string, place: string) => void): ForeignDisk {
  const folder = mkdtempSync(join(tmpdir(), 'decant-disk-'))
  const image = join(folder, 'image')
  const path = join(folder, 'mounted')
  writeFileSync(image, '')
  truncateSync(image, 32 * 1024 ** 2)
  mkdirSync(path)
  try {
    mount(image, path)
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  return {
    path,
    [Symbol.dispose]() {
      if (spawnSync('umount', [path]).status === 0) rmSync(folder, { recursive: true })
    },
  }
}
