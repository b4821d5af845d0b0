// A URL that takes, lists and serves files.
import { fetchHandler } from 'decant/fetch'
import { uploadHandler } from 'decant/handler'
import { photos } from '#lib/photos.ts'

const handle = fetchHandler(uploadHandler(photos, { base: '/photos', listing: true }))

const route = ({ request }: { request: Request }) => handle(request)

export { route as DELETE, route as GET, route as HEAD, route as OPTIONS, route as POST, route as PUT }
