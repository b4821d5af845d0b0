import { html } from 'hono/html'

/** Markup that is escaped already, as Hono's `html` makes it. */
export type Markup = ReturnType<typeof html>

/** Every icon of the page, drawn once; `<use href="#icon-NAME">` shows one, in the current colour. */
export function iconSprite(): Markup {
  return html`<svg class="sprite" aria-hidden="true" focusable="false">
    <symbol id="icon-decanter" viewBox="0 0 24 24">
      <path
        d="M9.5 2.75h5M10.5 2.75v5.5c0 2.2-5.75 4.6-5.75 9 0 2.9 3.2 4 7.25 4s7.25-1.1 7.25-4c0-4.4-5.75-6.8-5.75-9v-5.5"
      />
      <path
        class="pour"
        d="M5.6 15.2c2-1 4.2 .9 6.4 .2s4.2-1.2 6.4-.2c.6 1 .8 1.6.8 2.2 0 2.5-3.4 3.5-7.2 3.5s-7.2-1-7.2-3.5c0-.6.2-1.3.8-2.2Z"
      />
    </symbol>
    <symbol id="icon-image" viewBox="0 0 24 24">
      <rect x="3.75" y="4.75" width="16.5" height="14.5" rx="2.25" />
      <circle cx="8.75" cy="9.5" r="1.5" />
      <path d="m4.25 17 4.5-4 3 2.5 4-4.25 4.25 4.25" />
    </symbol>
    <symbol id="icon-video" viewBox="0 0 24 24">
      <rect x="3.75" y="5.25" width="16.5" height="13.5" rx="2.25" />
      <path d="m10.25 9.25 4.5 2.75-4.5 2.75Z" />
    </symbol>
    <symbol id="icon-audio" viewBox="0 0 24 24">
      <path d="M9.25 17.25V6.25l9-1.75v11" />
      <circle cx="7" cy="17.25" r="2.25" />
      <circle cx="16" cy="15.5" r="2.25" />
    </symbol>
    <symbol id="icon-document" viewBox="0 0 24 24">
      <path d="M6 3.75h8l4.25 4.25v12.25H6ZM13.75 3.75v4.5h4.5M9 12.25h6M9 15.75h6" />
    </symbol>
    <symbol id="icon-archive" viewBox="0 0 24 24">
      <path d="M4.25 8.25h15.5v11H4.25ZM3.25 4.75h17.5v3.5H3.25ZM10 12h4" />
    </symbol>
    <symbol id="icon-file" viewBox="0 0 24 24">
      <path d="M6 3.75h8l4.25 4.25v12.25H6ZM13.75 3.75v4.5h4.5" />
    </symbol>
    <symbol id="icon-download" viewBox="0 0 24 24">
      <path d="M12 4v11M7.5 11 12 15.5l4.5-4.5M5 19.75h14" />
    </symbol>
    <symbol id="icon-tick" viewBox="0 0 24 24"><path d="m5.5 12.5 4.25 4.25 9-9.5" /></symbol>
    <symbol id="icon-problem" viewBox="0 0 24 24">
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7.75v5M12 16v.25" />
    </symbol>
  </svg>`
}

/** One icon out of the sprite. Decoration: what it means has to be said in words beside it. */
export function icon(name: string): Markup {
  return html`<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-${name}"></use></svg>`
}
