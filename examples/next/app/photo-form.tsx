'use client'
import { useRouter } from 'next/navigation'
import { useActionState } from 'react'

/**
 * Sends the form to a route handler, which reads it while it arrives: a server action would hold all of it in memory.
 */
export function PhotoForm() {
  const router = useRouter()
  const [error, send, isSending] = useActionState<string | undefined, FormData>(async (_, form) => {
    const answer = await fetch('/posts', { method: 'POST', body: form })
    if (!answer.ok) return (await answer.json()).detail
    router.refresh()
  }, undefined)

  return (
    <form action={send} style={{ display: 'grid', gap: '.75rem' }}>
      <label>
        Title <input name="title" />
      </label>
      <label>
        Picture <input type="file" name="photo" accept="image/*" />
      </label>
      {error !== undefined && <strong role="alert">{error}</strong>}
      <button disabled={isSending}>Upload</button>
    </form>
  )
}
