import { ownProgram, rivalProgram } from './contestant.ts'
import type { Contestant } from './contestant.ts'

function rival(name: string, title: string): Contestant {
  return { name, title, kind: 'rival', program: rivalProgram(name), way: 'get' }
}

export const serveContestants: readonly Contestant[] = [
  { name: 'decant', title: 'Decant', kind: 'decant', program: ownProgram('decant'), way: 'get' },
  { name: 'decant-hono', title: 'Decant in Hono', kind: 'decant', program: ownProgram('decant-hono'), way: 'get' },
  { name: 'nginx', title: 'nginx, sendfile', kind: 'bound', program: ownProgram('nginx'), way: 'get', mostRounds: 3 },
  { name: 'read-pipe', title: 'createReadStream.pipe', kind: 'bound', program: ownProgram('read-pipe'), way: 'get' },
  rival('express-static', 'express.static'),
  rival('serve-static', 'serve-static'),
  rival('fastify-static', '@fastify/static'),
  rival('fastify-send', '@fastify/send'),
]
