/**
 * True for an error of the operating system, or of Node, with one of these codes (`ENOENT`, `EEXIST`, ...). Not by
 * `instanceof`, as `hasErrorName`.
 */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false
  return typeof error.code === 'string' && codes.includes(error.code)
}

/**
 * True if the file, a folder on the way to it or the name itself does not exist or cannot exist. A caller is told that
 * there is no such file. `O_NOFOLLOW` reports a symlink as `ELOOP`, and a socket cannot be opened (`ENXIO`).
 */
export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG')
}

/** True if link(2) failed because the file system has no hard links: each has its own code for that. */
export function hasNoLinks(error: unknown): boolean {
  return hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EACCES')
}

/** True if this user may not do that. Some systems also use it for other faults, so look before you rely on it. */
export function isForbidden(error: unknown): boolean {
  return hasCode(error, 'EACCES', 'EPERM')
}
