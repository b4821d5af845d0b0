'use server'
import { isUploadError, UploadError } from 'decant'
import type { FormAttempt } from 'decant/form'
import { revalidatePath } from 'next/cache'
import sharp from 'sharp'
import { commitUpload, profileOf, setProfile } from './database'
import { pictures, profileForm, thumbs } from './files'
import { currentUser, signIn, signOut } from './session'

/** The outcome of an action: a sentence for each field that is wrong, and the data to show the form again. */
export interface FormState {
  readonly errors: Readonly<Record<string, string>>
  readonly about?: string
  /** The hidden field that stands for a picture that need not be sent again, and its name. */
  readonly kept?: { readonly name: string; readonly value: string; readonly filename: string }
}

export async function changeProfile(_: FormState, form: FormData): Promise<FormState> {
  const user = await currentUser()
  if (user === undefined) return { errors: { about: 'Sign in again.' } }
  try {
    const result = await profileForm.attempt(
      toRequest(form),
      async ({ about, picture }, transaction) => {
        const small = await shrink(await transaction.bytes(picture))
        const thumb = await transaction.save(thumbs, small, { filename: 'avatar.webp' })
        const old = profileOf(user.id)
        if (old !== undefined) {
          await transaction.delete(pictures, old.picture)
          await transaction.delete(thumbs, old.thumb)
        }
        commitUpload(transaction.id, () => {
          if (profileOf(user.id)?.picture !== old?.picture)
            throw refusal('about', 'It was changed meanwhile. Save again.')
          setProfile(user.id, { about, picture: picture.key, thumb: thumb.key })
        })
      },
      { scope: String(user.id) },
    )
    if (!result.ok) return toState(result)
  } catch (error) {
    // Such as a full disk. The message is a sentence for the user.
    if (!isUploadError(error)) throw error
    return { errors: { picture: error.message } }
  }
  revalidatePath('/')
  return { errors: {} }
}

function toState({ errors, values, kept }: Extract<FormAttempt<void>, { ok: false }>): FormState {
  return {
    errors: Object.fromEntries([...errors].map(([field, error]) => [field, error.detail])),
    about: values.get('about') ?? '',
    ...(kept && { kept: { ...kept.field, filename: kept.files.map((file) => file.filename).join(', ') } }),
  }
}

/** Hands on a form that Next.js has read already. In it, an input without a file is an empty file named "undefined". */
function toRequest(form: FormData): Request {
  const body = new FormData()
  for (const [name, value] of form) if (typeof value === 'string' || value.size > 0) body.append(name, value)
  return new Request('http://localhost/', { method: 'POST', body })
}

async function shrink(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    const picture = sharp(bytes, { limitInputPixels: 50_000_000 }).autoOrient()
    return await picture.resize(160, 160, { fit: 'cover' }).webp().toBuffer()
  } catch (cause) {
    throw refusal('picture', 'This picture cannot be shown. Choose another one.', cause)
  }
}

/** A fault of one field that only the handler can find. */
function refusal(field: string, detail: string, cause?: unknown): UploadError {
  return new UploadError(
    'invalid-form',
    { errors: [{ path: [field], field, code: 'invalid-value', detail }] },
    { cause },
  )
}

export async function enter(_: string | undefined, form: FormData): Promise<string | undefined> {
  const [name, password] = [String(form.get('name')).trim(), String(form.get('password'))]
  if (name === '' || password.length < 8) return 'Give a name, and a password of at least 8 characters.'
  if (!(await signIn(name, password))) return 'This is not the password of that name.'
}

export async function leave(): Promise<void> {
  await signOut()
}
