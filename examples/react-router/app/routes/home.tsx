// A typed form: all of it, or none. An action has the request itself, unread.
import { data, Form, redirect } from 'react-router'
import { photoForm, photos } from '../photos.server'

export async function loader() {
  const { files } = await photos.list({ order: 'newest' })
  return files.map((file) => ({ name: file.filename, url: photos.url(file) }))
}

export async function action({ request }: { request: Request }) {
  const result = await photoForm.attempt(request, async () => {})
  if (result.ok) return redirect('/')
  const errors = ['title', 'photo'].flatMap((name) => result.errors.getAll(name).map(({ detail }) => detail))
  return data({ title: result.values.get('title') ?? '', errors }, result.error.status)
}

interface Properties {
  loaderData: Awaited<ReturnType<typeof loader>>
  actionData?: { title: string; errors: string[] }
}

export default function Home({ loaderData, actionData }: Properties) {
  return (
    <>
      <h1>Pictures</h1>
      <Form method="post" encType="multipart/form-data" style={{ display: 'grid', gap: '.75rem' }}>
        <label>
          Title <input name="title" defaultValue={actionData?.title} />
        </label>
        <label>
          Picture <input type="file" name="photo" accept="image/*" />
        </label>
        {actionData?.errors.map((error) => (
          <strong key={error} role="alert">
            {error}
          </strong>
        ))}
        <button>Upload</button>
      </Form>
      {loaderData.map(({ name, url }) => (
        <figure key={url}>
          <img src={url} alt="" style={{ maxWidth: '100%' }} />
          <figcaption>{name}</figcaption>
        </figure>
      ))}
    </>
  )
}
