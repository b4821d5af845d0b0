import { pathFromKey } from 'decant/names'
import type { Post } from './posts.ts'

/** The page with the form and the posts, as HTML; after a refusal it begins with what went wrong. */
export function postsPage(posts: readonly Post[], message?: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Posts</title>
    <style>
      :root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; accent-color: #1a6fb5 }
      body { max-width: 44rem; margin: 6vh auto; padding: 0 1.25rem; overflow-wrap: anywhere }
      form { display: grid; gap: 1rem }
      label { display: grid; gap: .25rem }
      input, button { font: inherit; min-width: 0 }
      button { justify-self: start; padding: .5rem 1.25rem; border: 0; border-radius: .375rem; background: #1a6fb5; color: #fff; cursor: pointer }
      article { margin-top: 2.5rem }
      .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .75rem }
      img { width: 100%; aspect-ratio: 4 / 3; object-fit: cover; border-radius: .375rem; background: light-dark(#eef1f5, #262b33) }
      [role='alert'] { padding: .75rem 1rem; border-left: .25rem solid light-dark(#c0262d, #ff7b7b); background: light-dark(#fdecec, #3a1f21) }
    </style>
  </head>
  <body>
    <h1>Posts</h1>
    ${message === undefined ? '' : `<p role="alert">${escape(message)}</p>`}
    <form method="post" action="/" enctype="multipart/form-data">
      <label>Title <input name="title" required maxlength="80"></label>
      <label>Pictures <input type="file" name="pictures" accept="image/*" multiple required></label>
      <button>Publish</button>
    </form>
    ${posts.map(article).join('\n    ')}
  </body>
</html>
`
}

function article({ title, pictures }: Post): string {
  const images = pictures.map((key) => `<img src="/pictures/${escape(pathFromKey(key))}" alt="" loading="lazy">`)
  return `<article><h2>${escape(title)}</h2><div class="pictures">${images.join('')}</div></article>`
}

/** Text for use in HTML, attributes included. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
