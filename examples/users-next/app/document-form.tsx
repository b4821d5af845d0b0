'use client'
import { tellProgress, upload, UploadProblem } from 'decant/client'
import { useRouter } from 'next/navigation'
import { useActionState, useState } from 'react'

/** Sends documents to the route handler, which stores them while they arrive. */
export function DocumentForm() {
  const router = useRouter()
  const [progress, setProgress] = useState('')
  const [error, send, isSending] = useActionState<string | undefined, FormData>(async (_, form) => {
    try {
      await upload('/documents', form, { onProgress: (now) => setProgress(tellProgress(now)) })
      router.refresh()
    } catch (problem) {
      if (!(problem instanceof UploadProblem)) throw problem
      return problem.message
    }
  }, undefined)

  return (
    <form action={send} style={{ display: 'grid', gap: '.75rem' }}>
      <label>
        Documents <input type="file" name="documents" multiple required aria-describedby="documents-error" />
      </label>
      <strong id="documents-error" role="alert">
        {error}
      </strong>
      <button disabled={isSending}>Upload</button>
      <output>{isSending && progress}</output>
    </form>
  )
}
