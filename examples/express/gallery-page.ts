import type { FormAttempt } from 'decant/form'

/** The result of `attempt` for a form that is not valid. */
type Refused = Extract<FormAttempt<unknown>, { ok: false }>

/** The form, after a refused try with what was wrong, and the pictures. */
export function galleryPage(pictures: readonly { title: string; url: string }[], refused?: Refused): string {
  const errors = (name: string): string =>
    (refused?.errors.getAll(name) ?? []).map(({ detail }) => `<strong>${escape(detail)}</strong>`).join(' ')
  const figures = pictures.map(
    ({ title, url }) => `<figure><img src="${escape(url)}" alt=""><figcaption>${escape(title)}</figcaption></figure>`,
  )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Pictures</title>
    <style>
      :root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
      body { max-width: 34rem; margin: 8vh auto; padding: 0 1.25rem; overflow-wrap: anywhere }
      form { display: grid; gap: .75rem }
      label { display: grid }
      input, button { font: inherit }
      figure { margin: 2rem 0 }
      img { max-width: 100%; border-radius: .5rem }
      strong { color: light-dark(#c0262d, #ff7b7b) }
    </style>
  </head>
  <body>
    <h1>Pictures</h1>
    <form method="post" action="/" enctype="multipart/form-data">
      <label>Title <input name="title" value="${escape(refused?.values.get('title') ?? '')}"></label> ${errors('title')}
      <label>Picture <input type="file" name="photo" accept="image/*"></label> ${errors('photo')}
      <button>Upload</button>
    </form>
    ${figures.join('\n    ')}
  </body>
</html>
`
}

/** Text for use in HTML, attributes included. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
