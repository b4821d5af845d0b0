// A typed form: all of it, or none.
import { nextProblems } from 'decant/next'
import { photoForm, photos } from '../photos'

export const POST = nextProblems(async (request) => {
  const { title, photo } = await photoForm.receive(request)
  return Response.json({ title, url: photos.url(photo) }, { status: 201 })
})
