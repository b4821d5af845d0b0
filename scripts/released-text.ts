/** Hidden in a comment until the package is on npm. */
const HIDDEN = /<!-- after the release\n(.*?)-->\n/gs

/** True only until the package is on npm. */
const OUTDATED = /<!-- until the release -->\n.*?<!-- end of: until the release -->\n\n?/gs

/**
 * The text of a page or manifest after the first release: it installs `decant` by name instead of from a local package.
 *
 * @param version The version of the local package, `0.1.0`.
 */
export function releasedText(text: string, version: string): string {
  return text
    .replaceAll(HIDDEN, '$1')
    .replaceAll(OUTDATED, '')
    .replaceAll(`file:../decant-${version}.tgz`, `^${version}`)
    .replaceAll(`../decant-${version}.tgz`, 'decant')
}
