import { nextHandlers } from 'decant/next'
import { thumbsHandler } from '../../files'

export const { GET, HEAD } = nextHandlers(thumbsHandler)
