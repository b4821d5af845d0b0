import { html } from 'hono/html'
import { icon } from './icon-sprite.ts'
import type { Markup } from './icon-sprite.ts'

/** A running upload, for the script to fill in: one button for each action of a person. */
export function uploadRow(): Markup {
  return html`<li class="upload">
    <span class="thumb">${icon('file')}</span>
    <span class="about">
      <span class="name" tabindex="-1"><bdi></bdi></span>
      <span class="meta"><span class="size"></span><span class="state"></span></span>
      <progress max="100" value="0"></progress>
    </span>
    <span class="actions">
      <button class="retry" type="button" hidden>Try again<span class="unseen"></span></button>
      <button class="stop" type="button"><span class="what">Cancel</span><span class="unseen"></span></button>
    </span>
  </li>`
}
