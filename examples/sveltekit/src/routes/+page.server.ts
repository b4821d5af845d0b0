// A typed form: all of it, or none. An action has the request itself, unread.
import { fail, redirect } from '@sveltejs/kit'
import { photoForm, photos } from '#lib/photos.ts'

export async function load() {
  const { files } = await photos.list({ order: 'newest' })
  return { pictures: files.map((file) => ({ name: file.filename, url: photos.url(file) })) }
}

export const actions = {
  default: async ({ request }: { request: Request }) => {
    const result = await photoForm.attempt(request, async () => {})
    if (result.ok) redirect(303, '/')
    const errors = ['title', 'photo'].flatMap((name) => result.errors.getAll(name).map(({ detail }) => detail))
    return fail(result.error.status, { title: result.values.get('title') ?? '', errors })
  },
}
