// A URL that takes, lists and serves files: a resource route, which has no page.
import { fetchHandler } from 'decant/fetch'
import { uploadHandler } from 'decant/handler'
import { photos } from '../photos.server'

const handle = fetchHandler(uploadHandler(photos, { base: '/photos', listing: true }))

// GET, HEAD and OPTIONS; all others.
export const loader = ({ request }: { request: Request }) => handle(request)
export const action = ({ request }: { request: Request }) => handle(request)
