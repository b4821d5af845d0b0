import { statfs } from 'node:fs/promises'
import { platform } from 'node:process'

/**
 * The numbers of statfs(2) on Linux for file systems of the machine itself: bcachefs, btrfs, ext2 to ext4, F2FS,
 * overlayfs, tmpfs, XFS and ZFS. Any other file system may wait for a network or for a process, and then its caller
 * waits, too.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xca451a4e, 0x9123683e, 0xef53, 0xf2f52010, 0x794c7630, 0x01021994, 0x58465342, 0x2fc12fc1,
])

/** True if `folder` is known to lie on a file system of the machine itself. Never rejects. */
export async function isOnLocalDisk(folder: string): Promise<boolean> {
  try {
    // On other systems, the numbers have other meanings.
    return platform === 'linux' && LOCAL.has((await statfs(folder)).type)
  } catch {
    // ENOENT: the folder was just removed. ENOSYS, EIO, ...: the file system is not known.
    return false
  }
}
