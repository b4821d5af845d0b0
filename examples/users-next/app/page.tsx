import { leave } from './actions'
import { documentsOf, profileOf } from './database'
import { DocumentForm } from './document-form'
import { DeleteButton } from './delete-button'
import { documentUrl, thumbs } from './files'
import { ProfileForm } from './profile-form'
import { currentUser } from './session'
import { SignInForm } from './sign-in-form'

export default async function Page() {
  const user = await currentUser()
  if (user === undefined) return <SignInForm />
  const profile = profileOf(user.id)
  return (
    <>
      <h1>{user.name}</h1>
      {profile !== undefined && (
        <p>
          <img src={thumbs.url(profile.thumb)} alt="You" width={80} height={80} /> {profile.about}
        </p>
      )}
      <form action={leave}>
        <button>Sign out</button>
      </form>

      <h2>Profile</h2>
      <ProfileForm current={profile?.about} />

      <h2>Documents</h2>
      <DocumentForm />
      <ul>
        {documentsOf(user.id).map(({ key, filename }) => {
          const url = documentUrl(user.id, key)
          return (
            <li key={key}>
              <a href={url}>{filename}</a> <DeleteButton url={url} filename={filename} />
            </li>
          )
        })}
      </ul>
    </>
  )
}
