'use client'
import { useActionState } from 'react'
import type { ChangeEvent } from 'react'
import { changeProfile } from './actions'
import type { FormState } from './actions'

const START: FormState = { errors: {} }

/** Next.js refuses a larger form by an error of its own: see `next.config.ts`. */
const MAX_FORM_SIZE = 16_000_000

function checkSize({ target }: ChangeEvent<HTMLInputElement>): void {
  const size = target.files?.[0]?.size ?? 0
  target.setCustomValidity(size < MAX_FORM_SIZE ? '' : 'Choose a smaller picture.')
}

/** Works without JavaScript too: the page then comes back with the sentences of the server in it. */
export function ProfileForm({ current }: { current: string | undefined }) {
  const [{ errors, about, kept }, send, isSending] = useActionState(changeProfile, START)
  return (
    <form action={send} style={{ display: 'grid', gap: '.75rem' }}>
      <label>
        About you <input name="about" defaultValue={about ?? current} aria-describedby="about-error" />
      </label>
      <strong id="about-error" role="alert">
        {errors['about']}
      </strong>
      <label>
        Picture{' '}
        <input type="file" name="picture" accept="image/*" onChange={checkSize} aria-describedby="picture-error" />
      </label>
      <strong id="picture-error" role="alert">
        {errors['picture']}
      </strong>
      {kept && (
        <p>
          <input type="hidden" name={kept.name} value={kept.value} /> {kept.filename} need not be chosen again.
        </p>
      )}
      <button disabled={isSending}>Save</button>
    </form>
  )
}
