// One server of the comparison: `serve.ts LANE FOLDER`. It tells its origin, and the CPU that it has used whenever it
// is asked.
import { ALL, GiB, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadHandler } from 'decant/handler'
import process from 'node:process'
import { LANES } from './lanes.ts'

const [, , lane = '', folder = ''] = process.argv
const files = uploadSet('files', { storage: diskStorage(folder), extensions: ALL, maxFileSize: 1 * GiB })
// node:http has no mount: there the handler is told its base.
const handler = uploadHandler(files, lane === 'node:http' ? { base: '/files' } : {})

// However the program ends that has started it.
process.on('disconnect', () => process.exit())
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(`${user + system}`)
})
await LANES[lane]?.(handler, (port) => process.send?.(`http://127.0.0.1:${port}`))
