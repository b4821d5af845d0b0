import { html } from 'hono/html'
import { formatBytes } from '../../errors/byte-size.ts'
import type { FileAnswer } from '../../handler.ts'
import { fileKind, isDrawable } from './file-kind.ts'
import { icon } from './icon-sprite.ts'
import type { Markup } from './icon-sprite.ts'
import { shownName } from './shown-name.ts'

const UTC_DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/**
 * A stored file in the list: preview, name, size, date, download. The script of the page copies a row made for an empty
 * file and fills it in. So only this function knows the markup.
 */
export function fileRow(file: FileAnswer): Markup {
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
      </span>
    </span>
    <a class="round download" href="${file.url}?download">
      ${icon('download')}<span class="unseen">Download <bdi>${name}</bdi></span>
    </a>
  </li>`
}
