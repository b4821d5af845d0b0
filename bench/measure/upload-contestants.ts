import { ownProgram, rivalProgram } from './contestant.ts'
import type { Contestant } from './contestant.ts'

export const uploadContestants: readonly Contestant[] = [
  { name: 'decant', title: 'Decant', kind: 'decant', program: ownProgram('decant'), way: 'form' },
  {
    name: 'decant-digest',
    title: 'Decant with SHA-256',
    kind: 'decant',
    program: ownProgram('decant-digest'),
    way: 'form',
  },
  {
    name: 'discard',
    title: 'node:http, body thrown away',
    kind: 'bound',
    program: ownProgram('discard'),
    way: 'raw',
    keepsFiles: false,
  },
  { name: 'raw-pipe', title: 'raw pipe', kind: 'bound', program: ownProgram('raw-pipe'), way: 'raw' },
  { name: 'multer', title: 'multer (Express)', kind: 'rival', program: rivalProgram('multer'), way: 'form' },
  { name: 'busboy', title: 'busboy', kind: 'rival', program: rivalProgram('busboy'), way: 'form' },
]
