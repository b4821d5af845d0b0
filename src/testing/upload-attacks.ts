import type { ContractCase } from './contract-case.ts'
import { ABORT_ATTACKS } from './upload-attacks/abort-attacks.ts'
import { AttackStage } from './upload-attacks/attack-stage.ts'
import type { Attacks } from './upload-attacks/attack-stage.ts'
import { CROWD_ATTACKS } from './upload-attacks/crowd-attacks.ts'
import { FLOOD_ATTACKS } from './upload-attacks/flood-attacks.ts'
import { FRAMING_ATTACKS } from './upload-attacks/framing-attacks.ts'
import { MALFORMED_ATTACKS } from './upload-attacks/malformed-attacks.ts'
import { oversizeAttacks } from './upload-attacks/oversize-attacks.ts'
import type { UploadTarget } from './upload-attacks/upload-target.ts'

/**
 * Attacks on any server that takes forms over HTTP, as test cases for any test runner on Node. Their clients go away at
 * every stage, lie, flood, dawdle and crowd. Every attack has to get a whole answer in time, of status 4xx (never 2xx,
 * and never 5xx). It must leave nothing behind, as far as `leftovers` tells, and the next upload has to work. The
 * server may be written with anything. Run the cases one after another, against a server without other clients.
 *
 * @example
 * ```ts
 * import { uploadAttacks } from 'decant/testing'
 * import { test } from 'vitest'
 *
 * const target = { url: 'http://127.0.0.1:3000/upload', tooLarge: 20_000_000, leftovers: () => readdir('uploads') }
 * for (const { name, run } of uploadAttacks(target)) test(name, run)
 * ```
 * @throws {TypeError} for a URL that is not valid or not of `http:`.
 */
export function uploadAttacks(target: UploadTarget): readonly ContractCase[] {
  const { protocol } = new URL(target.url)
  if (protocol !== 'http:') throw new TypeError(`Attacks are made over http:, not ${protocol}`)
  const attacks: Attacks = {
    'takes a good form': (stage) => stage.uploadsWell(),
    ...ABORT_ATTACKS,
    ...MALFORMED_ATTACKS,
    ...FRAMING_ATTACKS,
    ...FLOOD_ATTACKS,
    ...(target.tooLarge !== undefined && oversizeAttacks(target.tooLarge)),
    ...CROWD_ATTACKS,
  }
  return Object.entries(attacks).map(([name, attack]) => ({ name, run: () => AttackStage.run(target, attack) }))
}
