const SHORT_NAME = /^[^. ~]{1,6}~[0-9]{1,6}(?:\.[^. ]{1,3})?$/

/**
 * True for the form of the second names that Windows gives to files whose name is long or begins with a dot:
 * `REPORT~1.DOC`, or `DECANT~1` for `.decant`. Such a name may lead to another file than the one that was called so.
 */
export function isShortName(name: string): boolean {
  return SHORT_NAME.test(name)
}
