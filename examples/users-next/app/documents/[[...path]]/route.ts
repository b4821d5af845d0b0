import { nextHandlers } from 'decant/next'
import { documentsHandler } from '../../files'

export const { GET, HEAD, POST, PUT, DELETE, OPTIONS } = nextHandlers(documentsHandler)
