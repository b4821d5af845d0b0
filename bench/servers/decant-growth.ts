// Decant on node:http, with limits that nothing meets: how its costs grow is looked at far beyond them.
import { createServer } from 'node:http'
import { ALL, GiB, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadHandler } from 'decant/handler'
import { attach, nodeHandler } from 'decant/node'
import { MOST_FILE_SIZE } from '../server/most-file-size.ts'
import { runServer } from '../server/run-server.ts'

const MOST = 1_000_000

await runServer((folder) => {
  const set = uploadSet('files', { storage: diskStorage(folder), extensions: ALL, maxFileSize: MOST_FILE_SIZE })
  const limits = { maxParts: MOST, maxFields: MOST, maxFieldsSize: GiB, maxBodySize: MOST_FILE_SIZE + GiB }
  return attach(createServer(nodeHandler(uploadHandler(set, { listing: true, ...limits }))))
})
