import { PhotoForm } from './photo-form'
import { photos } from './photos'

// The pictures of now, not those of the build.
export const dynamic = 'force-dynamic'

export default async function Page() {
  const { files } = await photos.list({ order: 'newest' })
  return (
    <>
      <h1>Pictures</h1>
      <PhotoForm />
      {files.map((file) => (
        <figure key={file.key}>
          <img src={photos.url(file)} alt="" style={{ maxWidth: '100%' }} />
          <figcaption>{file.filename}</figcaption>
        </figure>
      ))}
    </>
  )
}
