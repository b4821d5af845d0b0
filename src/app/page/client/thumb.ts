import type { FileKind } from '../file-kind.ts'

/** Shows the icon of a kind of file. */
export function showKind(thumb: Element, kind: FileKind): void {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const use = document.createElementNS(svg.namespaceURI, 'use')
  use.setAttribute('href', `#icon-${kind}`)
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(use)
  thumb.replaceChildren(svg)
}

/** Shows a picture. If it cannot be drawn, `replaceBrokenPicture` replaces it by an icon. */
export function showPicture(thumb: Element, url: string): HTMLImageElement {
  const picture = new Image()
  picture.alt = ''
  picture.decoding = 'async'
  picture.src = url
  thumb.replaceChildren(picture)
  return picture
}

/** Replaces a preview that failed by the icon. */
export function replaceBrokenPicture(target: unknown): void {
  if (target instanceof HTMLImageElement && target.parentElement !== null) showKind(target.parentElement, 'image')
}
