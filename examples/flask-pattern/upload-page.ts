/** The page with the form, as HTML; after a refusal it begins with what went wrong. */
export function uploadPage(extensions: readonly string[] = [], refusal?: { title: string; message: string }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Upload a file</title>
    <style>
      :root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; accent-color: #1a6fb5 }
      body { max-width: 34rem; margin: 12vh auto; padding: 0 1.25rem; overflow-wrap: anywhere }
      h1 { font-size: 1.75rem; line-height: 1.2 }
      form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center }
      input, button { font: inherit; min-width: 0; max-width: 100% }
      input { flex: 1 1 16rem }
      button { padding: .5rem 1.25rem; border: 0; border-radius: .375rem; background: #1a6fb5; color: #fff; cursor: pointer }
      small { color: light-dark(#5a6270, #a3abb8) }
      [role='alert'] { padding: .75rem 1rem; border-left: .25rem solid light-dark(#c0262d, #ff7b7b); background: light-dark(#fdecec, #3a1f21) }
      [role='alert'] strong { display: block }
    </style>
  </head>
  <body>
    <h1>Upload a file</h1>
    ${refusal === undefined ? '' : `<p role="alert"><strong>${escape(refusal.title)}</strong> ${escape(refusal.message)}</p>`}
    <form method="post" action="/" enctype="multipart/form-data">
      <input type="file" name="file" aria-label="File" accept="${escape(extensions.map((each) => `.${each}`).join())}">
      <button>Upload</button>
    </form>
    <p><small>Allowed: ${escape(extensions.join(', '))}</small></p>
  </body>
</html>
`
}

/** Text for use in HTML, attributes included. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
