/**
 * True for an error of the operating system, or of Node, with one of these codes (`ENOENT`, `EEXIST`, ...). Like
 * `hasErrorName`, it does not use `instanceof`.
 */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false
  return typeof error.code === 'string' && codes.includes(error.code)
}

/**
 * True if the file or a folder on the way to it does not exist, or if such a name cannot exist. For a caller, there is
 * no such file. `O_NOFOLLOW` reports a symlink as `ELOOP`, and a socket cannot be opened (`ENXIO`).
 */
export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG')
}

/** True if link(2) failed because the file system has no hard links. File systems use different codes for that. */
export function hasNoLinks(error: unknown): boolean {
  return hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EACCES')
}

/** True if a permission is missing. Some systems use these codes for other faults, so check before you rely on it. */
export function isForbidden(error: unknown): boolean {
  return hasCode(error, 'EACCES', 'EPERM')
}
