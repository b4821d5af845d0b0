import { html } from 'hono/html'
import type { FormAttempt } from 'decant/form'

/** The result of `attempt` for a form that is not valid. */
type Refused = Extract<FormAttempt<unknown>, { ok: false }>

/** The form, after a refused try with what was wrong, and the pictures. `html` escapes what is put in. */
export function galleryPage(
  pictures: readonly { title: string; url: string }[],
  refused?: Refused,
): ReturnType<typeof html> {
  const error = (name: string): ReturnType<typeof html> =>
    html`${refused?.errors.getAll(name).map(({ detail }) => html`<strong>${detail}</strong>`)}`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Pictures</title>
        <style>
          :root {
            color-scheme: light dark;
            font:
              1.0625rem/1.5 system-ui,
              sans-serif;
          }
          body {
            max-width: 34rem;
            margin: 8vh auto;
            padding: 0 1.25rem;
            overflow-wrap: anywhere;
          }
          form {
            display: grid;
            gap: 0.75rem;
          }
          label {
            display: grid;
          }
          input,
          button {
            font: inherit;
          }
          img {
            max-width: 100%;
          }
          strong {
            color: light-dark(#c0262d, #ff7b7b);
          }
        </style>
      </head>
      <body>
        <h1>Pictures</h1>
        <form method="post" action="/" enctype="multipart/form-data">
          <label>Title <input name="title" value="${refused?.values.get('title') ?? ''}" /></label> ${error('title')}
          <label>Picture <input type="file" name="photo" accept="image/*" /></label> ${error('photo')}
          <button>Upload</button>
        </form>
        ${pictures.map(
          ({ title, url }) =>
            html`<figure>
              <img src="${url}" alt="" />
              <figcaption>${title}</figcaption>
            </figure>`,
        )}
      </body>
    </html>`
}
