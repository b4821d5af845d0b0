const SIGNATURE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]

/** Windows Installer's packages, transforms and patches: {000C1082-0000-0000-C000-000000000046}, ...84 and ...86. */
const INSTALLER = /^[\x82\x84\x86]\x10\x0c\0{5}\xc0\0{6}\x46$/

/**
 * The type of a compound file (MS-CFB): an installer is known by the class of its root, if the head reaches that far.
 * All others are `application/x-cfb`. `undefined` if it is not a compound file.
 */
export function compoundType(head: Uint8Array): string | undefined {
  if (SIGNATURE.some((byte, index) => head[index] !== byte)) return undefined
  if (head.length < 512) return 'application/x-cfb'
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  // 2.2: the sector of the directory, and the power of two that is a sector's size. 2.6.1: the class is at 80 of an
  // entry.
  const root = (view.getUint32(48, true) + 1) * 2 ** Math.min(view.getUint16(30, true), 16)
  const rootClass = String.fromCharCode(...head.subarray(root + 80, root + 96))
  return INSTALLER.test(rootClass) ? 'application/x-msi' : 'application/x-cfb'
}
