import type { StoredFile } from 'decant'
import type { FormAttempt } from 'decant/form'

/** The data of the form, once it is in the database. */
export interface Post {
  readonly title: string
  readonly text: string
  readonly files: readonly StoredFile[]
}

/** The result of `attempt` for a form that is not valid. */
type Refused = Extract<FormAttempt<unknown>, { ok: false }>

/** The form; after a refused try with what was filled in, what is wrong with it, and the files that are kept. */
export function formPage(refused?: Refused, message?: string): string {
  const value = (name: string): string => escape(refused?.values.get(name) ?? '')
  const error = (name: string): string => {
    const details = refused?.errors.getAll(name).map(({ detail }) => escape(detail)) ?? []
    return details.length === 0 ? '' : `<strong id="${name}-error">${details.join(' ')}</strong>`
  }
  const described = (name: string): string =>
    refused?.errors.has(name) ? `aria-invalid="true" aria-describedby="${name}-error"` : ''
  const kept = (name: string): string => {
    const files = refused?.kept?.files.filter((file) => file.field === name) ?? []
    if (files.length === 0) return ''
    return `<em>${files.map(({ filename }) => escape(filename)).join(', ')} ${files.length === 1 ? 'is' : 'are'} here already.</em>`
  }
  const field = refused?.kept?.field
  return page(
    'Write a post',
    `${message === undefined ? '' : `<p role="alert">${escape(message)}</p>`}
    <form method="post" action="/" enctype="multipart/form-data">
      ${field === undefined ? '' : `<input type="hidden" name="${escape(field.name)}" value="${escape(field.value)}">`}
      <label>Title <input name="title" value="${value('title')}" ${described('title')}></label> ${error('title')}
      <label>Text <textarea name="text" rows="5" ${described('text')}>\n${value('text')}</textarea></label> ${error('text')}
      <label>Cover <input type="file" name="cover" accept="image/*" ${described('cover')}></label> ${kept('cover')} ${error('cover')}
      <label>More pictures <input type="file" name="gallery" accept="image/*" multiple ${described('gallery')}></label> ${kept('gallery')} ${error('gallery')}
      <button>Publish</button>
    </form>`,
  )
}

export function postsPage(posts: readonly Post[], url: (file: StoredFile) => string): string {
  const articles = posts.map(({ title, text, files }) => {
    const links = files.map((file) => `<li><a href="${escape(url(file))}">${escape(file.filename)}</a></li>`)
    return `<article><h2>${escape(title)}</h2><p>${escape(text)}</p><ul>${links.join('')}</ul></article>`
  })
  return page('Posts', `${articles.join('\n    ')}\n    <p><a href="/">Write another</a></p>`)
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${title}</title>
    <style>
      :root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
      body { max-width: 34rem; margin: 8vh auto; padding: 0 1.25rem; overflow-wrap: anywhere }
      form { display: grid; gap: .75rem }
      label { display: grid }
      input, textarea, button { font: inherit }
      strong { color: light-dark(#c0262d, #ff7b7b) }
    </style>
  </head>
  <body>
    <h1>${title}</h1>
    ${body}
  </body>
</html>
`
}

/** Text for use in HTML, attributes included. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
