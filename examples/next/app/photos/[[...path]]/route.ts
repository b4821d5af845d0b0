// A URL that takes, lists and serves files.
import { uploadHandler } from 'decant/handler'
import { nextHandlers } from 'decant/next'
import { photos } from '../../photos'

export const { GET, HEAD, POST, PUT, DELETE, OPTIONS } = nextHandlers(uploadHandler(photos, { listing: true }))
