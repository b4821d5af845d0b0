import { statfs } from 'node:fs/promises'
import { platform } from 'node:process'

/**
 * The numbers by which statfs(2) names file systems of the machine itself on Linux: bcachefs, btrfs, ext2 to ext4,
 * F2FS, overlayfs, tmpfs, XFS and ZFS. Any other may wait for a network or for a process, and make its caller wait.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xca451a4e, 0x9123683e, 0xef53, 0xf2f52010, 0x794c7630, 0x01021994, 0x58465342, 0x2fc12fc1,
])

/** True if `folder` is known to lie on a file system of the machine itself. Never rejects. */
export async function isOnLocalDisk(folder: string): Promise<boolean> {
  try {
    // On other systems the numbers mean other things.
    return platform === 'linux' && LOCAL.has((await statfs(folder)).type)
  } catch {
    // ENOENT: removed this instant. ENOSYS, EIO, ...: the file system is not known.
    return false
  }
}
