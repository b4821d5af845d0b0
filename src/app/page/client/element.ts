/** The first match of a selector. Throws a TypeError if there is none, or one of another kind: the page is broken. */
export function element<Kind extends Element>(root: ParentNode, selector: string, kind: abstract new () => Kind): Kind {
  const found = root.querySelector(selector)
  if (!(found instanceof kind)) throw new TypeError(`The page has no ${kind.name} at ${selector}`)
  return found
}

/** A fresh copy of the one element in a `<template>`. */
export function copyOf(template: HTMLTemplateElement): HTMLElement {
  const first = template.content.firstElementChild?.cloneNode(true)
  if (!(first instanceof HTMLElement)) throw new TypeError(`The template #${template.id} is empty`)
  return first
}
