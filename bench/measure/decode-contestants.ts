import { join } from 'node:path'

/** A decoder alone, with bytes in memory. */
export interface DecodeContestant {
  readonly name: string
  readonly title: string
  readonly program: string
  /** Whether it gets the inputs that are made to be slow, too. */
  readonly takesWorst: boolean
  readonly mostRounds?: number
}

const bench = join(import.meta.dirname, '..')
const OTHER_ROUNDS = 3

function rival(name: string, title: string, mostRounds?: number): DecodeContestant {
  const program = join(bench, 'rivals', 'decoders', `${name}.ts`)
  return { name, title, program, takesWorst: name === 'busboy', ...(mostRounds === undefined ? {} : { mostRounds }) }
}

export const decodeContestants: readonly DecodeContestant[] = [
  { name: 'decant', title: 'Decant', program: join(bench, 'decoders', 'decant.ts'), takesWorst: true },
  rival('busboy', 'busboy'),
  rival('remix', '@remix-run/multipart-parser'),
  rival('fastify-busboy', '@fastify/busboy', OTHER_ROUNDS),
  rival('multiparty', 'multiparty', OTHER_ROUNDS),
  rival('formidable', 'formidable', OTHER_ROUNDS),
  rival('form-data', 'Response.formData()', OTHER_ROUNDS),
]
