// One contract inside the runtime that runs this file, client and server, on the built package: `contract.mjs SUITE`.
// A line of JSON for each promise, as it is kept or broken.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { diskStorage } from 'decant/disk'
import { adapterContract, storageContract } from 'decant/testing'
import { runCases } from './run-cases.mjs'
import { serveBun, serveDeno, serveNestExpress, serveNestFastify, serveNode } from './servers.mjs'

const byHand = {
  write: (storage, key, bytes) => writeFile(storage.path(key), bytes),
  rename: (storage, key, newKey) => rename(storage.path(key), storage.path(newKey)),
  remove: (storage, key) => rm(storage.path(key)),
}

// Every capability is asked for: what a runtime lacks is to be seen.
const SUITES = {
  'node:http': () => adapterContract(serveNode),
  'Nest, Express': () => adapterContract(serveNestExpress),
  'Nest, Fastify': () => adapterContract(serveNestFastify),
  'Bun.serve': () => adapterContract(serveBun),
  'Deno.serve': () => adapterContract(serveDeno),
  disk: (folder) => storageContract(async () => diskStorage(await mkdtemp(join(folder, 'storage-'))), { byHand }),
}

const [, , suite = '', folder = '.'] = process.argv
const cases = SUITES[suite]?.(folder)
if (cases === undefined) throw new TypeError(`No suite is called ${JSON.stringify(suite)}`)
await runCases(cases, (outcome) => console.log(JSON.stringify(outcome)))
// The leftovers of a broken promise must not keep the process alive.
process.exit()
