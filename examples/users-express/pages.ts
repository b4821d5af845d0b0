import { formatBytes } from 'decant'
import type { PageView } from 'decant/handler'

/** The form to sign in. */
export function signInPage(problem?: string): string {
  return page(
    'Sign in',
    `${alert(problem)}
    <form method="post" action="/sign-in">
      <label>Name <input name="name" required maxlength="40" autocomplete="username"></label>
      <button>Sign in</button>
    </form>`,
  )
}

/** The avatar of a user, and the form that replaces it. */
export function homePage(name: string, avatar?: { picture: string; thumb: string }, problem?: string): string {
  const image =
    avatar === undefined
      ? '<p>You have no avatar yet.</p>'
      : `<p><a href="${escape(avatar.picture)}"><img src="${escape(avatar.thumb)}" alt="Your avatar" width="160"></a></p>`
  return page(
    `Hello, ${name}`,
    `${image}
    ${alert(problem)}
    <form method="post" action="/avatar" enctype="multipart/form-data">
      <label>Picture <input type="file" name="picture" accept="image/*" required></label>
      <button>Change avatar</button>
    </form>
    <p><a href="/documents">Your documents</a></p>
    <form method="post" action="/sign-out"><button>Sign out</button></form>`,
  )
}

/** The documents of a user. */
export function documentsPage({ action, files = [], next, flash, problem }: PageView): string {
  const items = files.map(
    ({ key, url, size }) => `<li>
        <a href="${escape(url)}">${escape(key)}</a> (${formatBytes(size)})
        <form method="post" action="/delete-document">
          <button name="key" value="${escape(key)}" aria-label="Delete ${escape(key)}">Delete</button>
        </form>
      </li>`,
  )
  return page(
    'Your documents',
    `${flash === undefined ? '' : `<p role="status">${escape(flash)}</p>`}
    ${alert(problem?.detail)}
    <form method="post" action="${escape(action)}" enctype="multipart/form-data">
      <label>Documents <input type="file" name="documents" multiple required></label>
      <button>Upload</button>
    </form>
    <ul>${items.join('')}</ul>
    ${next === undefined ? '' : `<p><a href="${escape(next)}">Older documents</a></p>`}
    <p><a href="/">Back</a></p>`,
  )
}

/** Every page works without its script. With it, forms with files show their progress. */
function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${escape(title)}</title>
    <style>
      :root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
      body { max-width: 34rem; margin: 8vh auto; padding: 0 1.25rem; overflow-wrap: anywhere }
      form { display: grid; gap: .75rem; justify-items: start }
      li form { display: inline }
      label { display: grid }
      input, button { font: inherit; max-width: 100% }
      img { border-radius: .5rem }
      [role='alert'], .decant-error { color: light-dark(#c0262d, #ff7b7b) }
    </style>
    <script type="module">
      import { enhance } from '/decant-client.js'
      for (const form of document.querySelectorAll('form[enctype]')) {
        enhance(form, { onAnswer: () => location.reload() })
      }
    </script>
  </head>
  <body>
    <h1>${escape(title)}</h1>
    ${main}
  </body>
</html>
`
}

function alert(sentence: string | undefined): string {
  return sentence === undefined ? '' : `<p role="alert">${escape(sentence)}</p>`
}

/** Text for use in HTML, attributes included. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
