import { html } from 'hono/html'
import { formatBytes } from '../../errors/byte-size.ts'
import type { PageView, UploadPage } from '../../handler.ts'
import { fileRow } from './file-row.ts'
import { icon, iconSprite } from './icon-sprite.ts'
import type { Markup } from './icon-sprite.ts'
import { shownName } from './shown-name.ts'
import { uploadRow } from './upload-row.ts'

/**
 * The Content-Security-Policy of the page: nothing inline, and no files of other sites. `blob:` is for the preview of a
 * picture that is still being sent.
 *
 * @param downloadOrigins origins to which downloads are redirected: a browser compares the end of a redirect, too
 */
export function uploadPageCsp(downloadOrigins: readonly string[] = []): string {
  const files = ["'self'", ...downloadOrigins].join(' ')
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${files} blob:`,
    `media-src ${files}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

export interface UploadPageOptions {
  /** The heading, and the window's title. Default: `Upload files`. */
  readonly title?: string
  /** Paths of the built `client.ts`, `client.css` and `icon.svg`; without an icon, browsers ask for `/favicon.ico`. */
  readonly assets: { readonly script: string; readonly style: string; readonly icon?: string }
  /** The path of the page; the heading leads there. Default: the URL that the form was posted to. */
  readonly url?: string
}

/** The row of this file is copied by the script. */
const NO_FILE = { key: '', filename: '', type: '', size: 0, storedAt: new Date(0).toISOString(), url: '' }

/** A list of more extensions than this is folded away. */
const EXTENSIONS_SHOWN = 12

/**
 * The page of one upload set: a form and a list, both complete without JavaScript. The script only makes them quicker,
 * and is left out without the form. Send it with `uploadPageCsp()`.
 *
 * @example
 * ```ts
 * const page = uploadPage({ url: '/', assets: { script: '/assets/client.js', style: '/assets/client.css' } })
 * ```
 */
export function uploadPage(options: UploadPageOptions): UploadPage {
  const { title = 'Upload files', assets, url } = options
  return {
    ...(url === undefined ? {} : { url }),
    render(view) {
      const page = html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>${prefix(view)}${title}</title>
            <link rel="stylesheet" href="${view.prefix}${assets.style}" />
            ${
              assets.icon === undefined
                ? ''
                : html`<link rel="icon" href="${view.prefix}${assets.icon}" type="image/svg+xml" />`
            }
            ${view.canUpload ? html`<script type="module" src="${view.prefix}${assets.script}"></script>` : ''}
          </head>
          <body>
            ${iconSprite()}
            <main>
              <div class="send">
                <h1>
                  ${icon('decanter')}${url === undefined ? title : html`<a href="${view.prefix}${url}">${title}</a>`}
                </h1>
                ${said(view)} ${view.canUpload ? form(view) : ''} ${signIn(view)}
              </div>
              <div class="lists">
                <section class="uploads" aria-labelledby="uploads-heading" hidden>
                  <h2 id="uploads-heading" tabindex="-1">Uploads</h2>
                  <p class="overall actions" hidden>
                    <span class="state"></span> <button type="button">Cancel all</button>
                  </p>
                  <ul></ul>
                </section>
                ${list(view, url)}
              </div>
              <div class="unseen" id="news" aria-live="polite"></div>
            </main>
            <template id="upload-row">${uploadRow()}</template>
            <template id="file-row"> ${fileRow(NO_FILE, view.folders === true)} </template>
          </body>
        </html>`
      // Hono's `html` is asynchronous only if a value in it is.
      if (page instanceof Promise) throw new TypeError('The page holds a value that is not there yet.')
      return page.toString()
    },
  }
}

/** The result of the request before this one, or the reason of this refusal. */
function said({ flash, problem }: PageView): Markup {
  return html`<div id="said">
    ${flash === undefined ? '' : html`<p class="said good" role="status">${icon('tick')}<span>${flash}</span></p>`}
    ${
      problem === undefined
        ? ''
        : html`<p class="said bad" id="problem" role="alert">${icon('problem')}<span>${problem.detail}</span></p>`
    }
  </div>`
}

/** A client that may not upload is not told of it as a failure. */
function prefix({ problem, canUpload }: PageView): string {
  if (problem === undefined) return ''
  return canUpload ? 'Not uploaded: ' : `${problem.title}: `
}

function signIn({ signIn: url }: PageView): Markup | '' {
  return url === undefined ? '' : html`<p class="sign-in"><a href="${url}">Sign in</a> to see or do more here.</p>`
}

function form(view: PageView): Markup {
  const { action, extensions, folders, maxFiles, problem } = view
  const accept = extensions?.map((extension) => `.${extension}`).join(',')
  return html`<form
    id="upload"
    method="post"
    enctype="multipart/form-data"
    action="${action}"
    data-max-file-size="${largestFile(view)}"
    ${extensions === undefined ? '' : html`data-extensions="${extensions.join(' ')}"`}
  >
    <span class="level" aria-hidden="true">
      <svg viewBox="0 0 240 12" preserveAspectRatio="none" focusable="false">
        <path d="M0 6Q15 0 30 6T60 6T90 6T120 6T150 6T180 6T210 6T240 6V12H0Z" />
      </svg>
    </span>
    <p class="invitation"><strong>Drop files anywhere</strong> <span>or paste them</span></p>
    <label class="choose" for="file">Choose files</label>
    <input
      type="file"
      id="file"
      name="file"
      autocomplete="off"
      ${maxFiles > 1 ? 'multiple' : ''}
      ${accept === undefined ? '' : html`accept="${accept}"`}
      ${problem === undefined ? '' : html`aria-invalid="true"`}
      aria-describedby="${problem === undefined ? '' : 'problem '}limits"
    />
    ${folders === true ? folderInput() : ''}
    <button class="submit" type="submit">Upload</button>
    ${limits(view)}
  </form>`
}

/** Its files come with their paths from the folder that was chosen. */
function folderInput(): Markup {
  return html`<label class="choose-folder" for="folder">Choose a folder</label>
    <input type="file" id="folder" name="file" autocomplete="off" webkitdirectory multiple aria-describedby="limits" />`
}

/** A file and the headers around it have to fit into a request as well. */
function largestFile({ maxFileSize, maxBodySize }: PageView): number {
  return Math.min(maxFileSize, maxBodySize)
}

function limits(view: PageView): Markup {
  const { maxFiles, maxFileSize, maxBodySize, extensions } = view
  const files = maxFiles === 1 ? 'one file' : `at most ${maxFiles} files`
  // If that many files fit into a request anyway, its size is left out.
  const size = maxBodySize < maxFiles * maxFileSize ? html` and <b>${formatBytes(maxBodySize)}</b>` : ''
  return html`<div class="limits" id="limits">
    <p>
      Up to <b>${formatBytes(largestFile(view))}</b> per file<span class="at-once">; ${files}${size} at once</span>.
    </p>
    ${extensions === undefined ? '' : allowed(extensions)}
  </div>`
}

function allowed(extensions: readonly string[]): Markup {
  if (extensions.length === 0) return html`<p>No type of file is taken here.</p>`
  const names = extensions.join(', ')
  if (extensions.length <= EXTENSIONS_SHOWN) return html`<p>Allowed: ${names}.</p>`
  return html`<details>
    <summary>${extensions.length} types of file are allowed</summary>
    <p>${names}</p>
  </details>`
}

/** Without a listing it stays hidden until the script has sent a file. */
function list(
  { files, next, canUpload, folder, folders = false, prefix: above, action }: PageView,
  url?: string,
): Markup {
  const heading =
    files === undefined ? 'Sent just now' : folder === undefined ? 'Files' : `Files in ${shownName(folder)}`
  return html`<section class="files" aria-labelledby="files-heading" ${files === undefined ? 'hidden' : ''}>
    <h2 id="files-heading">${heading}</h2>
    ${
      folder === undefined
        ? ''
        : html`<p class="all-folders"><a href="${url === undefined ? action : above + url}">All files</a></p>`
    }
    <ul>
      ${(files ?? []).map((file) => fileRow(file, folders))}
    </ul>
    ${
      files?.length === 0 && folder === undefined
        ? html`<p class="empty">
            ${icon('decanter')}<b>Nothing here yet</b> The first file${canUpload ? ' you upload' : ''} will be listed
            here.
          </p>`
        : ''
    }
    ${next === undefined ? '' : html`<p class="older"><a href="${next}" rel="next">Older files</a></p>`}
  </section>`
}
