'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'

/** Sends the form to a route handler, which reads it while it arrives: a server action would hold all of it in memory. */
export function PhotoForm() {
  const router = useRouter()
  const [error, setError] = useState<string>()

  async function send(form: FormData) {
    const answer = await fetch('/posts', { method: 'POST', body: form })
    if (answer.ok) {
      setError(undefined)
      router.refresh()
    } else setError((await answer.json()).detail)
  }

  return (
    <form
      style={{ display: 'grid', gap: '.75rem' }}
      onSubmit={(event) => {
        event.preventDefault()
        void send(new FormData(event.currentTarget))
      }}
    >
      <label>
        Title <input name="title" />
      </label>
      <label>
        Picture <input type="file" name="photo" accept="image/*" />
      </label>
      {error !== undefined && <strong role="alert">{error}</strong>}
      <button>Upload</button>
    </form>
  )
}
