const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Text between two tags. Control characters become references, as Ceph writes them, although XML 1.0 forbids most. */
function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\p{Cc}]/gu, (control) => `&#x${(control.codePointAt(0) ?? 0).toString(16)};`)
}

/** An element around text, which is escaped. */
export function textElement(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`
}

/** An element around other elements. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join('')}</${name}>`
}

/** The outermost element of an answer of S3. */
export function rootElement(name: string, ...children: readonly string[]): string {
  return `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${children.join('')}</${name}>`
}

/** The insides of all elements with this name. They must not hold another one of the same name. */
export function elementsIn(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 'gs'))].map(([, inside = '']) => inside)
}

/** The text of the first element with this name, if there is one. */
export function textIn(xml: string, name: string): string | undefined {
  return elementsIn(xml, name)
    .slice(0, 1)
    .map((text) => text.replaceAll(/&(#x?)?(\w+);/g, (entity, mark, word) => unescape(entity, mark, word)))[0]
}

function unescape(entity: string, mark: string | undefined, word: string): string {
  if (mark === undefined) return ENTITIES[word] ?? entity
  return String.fromCodePoint(Number.parseInt(word, mark === '#' ? 10 : 16))
}
