import { html } from 'hono/html'
import { formatBytes } from '../../errors/byte-size.ts'
import type { FileAnswer } from '../../handler.ts'
import { fileKind, isDrawable } from './file-kind.ts'
import { folderOfKey, folderUrl } from './folder-of-key.ts'
import { icon } from './icon-sprite.ts'
import type { Markup } from './icon-sprite.ts'
import { shownName } from './shown-name.ts'

/** Leads to the list of a folder, on the same page. It is hidden for a file that lies in none. */
function folderLink(folder: string): Markup {
  return html`<a class="folder" href="${folderUrl(folder)}" ${folder === '' ? 'hidden' : ''}
    ><bdi>${shownName(folder)}</bdi></a
  >`
}

const UTC_DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/**
 * A stored file in the list: preview, name, size, date, its folder, download. The script of the page copies a row made
 * for an empty file and fills it in. So only this function knows the markup.
 */
export function fileRow(file: FileAnswer, showsFolder: boolean): Markup {
  const name = shownName(file.filename === '' ? file.key : file.filename)
  return html`<li class="file">
    <span class="thumb">
      ${
        isDrawable(file.type)
          ? html`<img src="${file.url}" alt="" loading="lazy" decoding="async" />`
          : icon(fileKind(file.type))
      }
    </span>
    <span class="about">
      <a class="name" href="${file.url}"><bdi>${name}</bdi></a>
      <span class="meta">
        <span class="size">${formatBytes(file.size)}</span>
        <time datetime="${file.storedAt}">${UTC_DATE.format(new Date(file.storedAt))} UTC</time>
        ${showsFolder ? folderLink(folderOfKey(file.key)) : ''}
      </span>
    </span>
    <a class="round download" href="${file.url}?download">
      ${icon('download')}<span class="unseen">Download <bdi>${name}</bdi></span>
    </a>
  </li>`
}
