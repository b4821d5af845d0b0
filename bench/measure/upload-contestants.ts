import { ownProgram, rivalProgram } from './contestant.ts'
import type { Contestant } from './contestant.ts'

/** A rival whose program is called as it is. */
function rival(name: string, title: string, rest: Pick<Contestant, 'leftOutOf' | 'mostRounds'> = {}): Contestant {
  return { name, title, kind: 'rival', program: rivalProgram(name), way: 'form', ...rest }
}

function decant(name: string, title: string, rest: Pick<Contestant, 'onlyIn'> = {}): Contestant {
  return { name, title, kind: 'decant', program: ownProgram(name), way: 'form', ...rest }
}

/** These hold whole files in memory. */
const inMemory = { leftOutOf: ['large'] }
/** These differ only in their transactions. */
const forms = { onlyIn: ['forms', 'held'] }
/** These differ only in the hook. */
const puts = { onlyIn: ['puts'] }
/** No target names these. */
const seldom = { mostRounds: 3 }

export const uploadContestants: readonly Contestant[] = [
  decant('decant', 'Decant'),
  decant('decant-digest', 'Decant, SHA-256'),
  decant('decant-fetch', 'Decant, plain Fetch'),
  decant('decant-hono', 'Decant in Hono'),
  decant('decant-receive', 'Decant, receive in a route'),
  decant('decant-parts', 'Decant, parts in a route'),
  decant('decant-form', 'Decant, a form with a handler', forms),
  decant('decant-thumbnail', 'Decant, a form with a thumbnail', forms),
  { ...decant('decant-put', 'Decant, PUT', puts), program: ownProgram('decant'), way: 'put' },
  { ...decant('decant-stored', 'Decant, PUT with "stored"', puts), way: 'put' },
  {
    name: 'discard',
    title: 'node:http, body thrown away',
    kind: 'bound',
    program: ownProgram('discard'),
    way: 'raw',
    keepsFiles: false,
    ...seldom,
  },
  {
    name: 'nginx',
    title: 'nginx, raw body by PUT',
    kind: 'bound',
    program: ownProgram('nginx'),
    way: 'put',
    ...seldom,
  },
  { name: 'raw-pipe', title: 'raw pipe', kind: 'bound', program: ownProgram('raw-pipe'), way: 'raw' },
  rival('busboy', 'busboy'),
  rival('fastify-busboy', '@fastify/busboy', seldom),
  rival('multer', 'multer (Express)'),
  rival('formidable', 'formidable', seldom),
  rival('multiparty', 'multiparty', seldom),
  rival('fastify-multipart', '@fastify/multipart'),
  rival('remix', '@remix-run/multipart-parser', { ...inMemory, ...seldom }),
  rival('remix-fetch', '@remix-run/multipart-parser, Fetch', inMemory),
  rival('hono', 'Hono parseBody', inMemory),
  rival('form-data', 'Request.formData()', { ...inMemory, ...seldom }),
]
