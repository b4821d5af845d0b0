import { html } from 'hono/html'

/** Markup that is escaped already, as Hono's `html` makes it. */
export type Markup = ReturnType<typeof html>

/** Every icon of the page, drawn once; `<use href="#icon-NAME">` shows one, in the current colour. */
export function iconSprite(): Markup {
  return html`<svg class="sprite" aria-hidden="true" focusable="false">
    <symbol id="icon-decanter" viewBox="0 0 24 24">
      <path
        class="pour"
        d="M3.4 15.2c2.2-.9 4.3.8 6.5.2 2.2-.6 3.4-1 5.2-.6 2 .4 3.5.9 5.5.3.3.6.4 1.2.4 1.8 0 2.7-4 4.1-9 4.1s-9-1.4-9-4.1c0-.6.1-1.1.4-1.7Z"
      />
      <path
        d="M8.5 2.75c1.3.5 1.9 1.5 1.9 3v1.75c0 3-7.65 4.6-7.65 9.25 0 3 4.25 4.5 9.25 4.5s9.25-1.5 9.25-4.5c0-4.65-7.65-6.25-7.65-9.25V5.75c0-1.5.6-2.5 1.9-3Z"
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

/** One icon out of the sprite. It is decoration: words beside it say what it means. */
export function icon(name: string): Markup {
  return html`<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-${name}"></use></svg>`
}
