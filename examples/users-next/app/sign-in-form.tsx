'use client'
import { useActionState } from 'react'
import { enter } from './actions'

export function SignInForm() {
  const [error, send, isSending] = useActionState(enter, undefined)
  return (
    <>
      <h1>Sign in</h1>
      <form action={send} style={{ display: 'grid', gap: '.75rem' }}>
        <label>
          Name <input name="name" autoComplete="username" required />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {error !== undefined && <strong role="alert">{error}</strong>}
        <button disabled={isSending}>Sign in, or up</button>
      </form>
    </>
  )
}
