import { isRefused, sendUntilAnswered } from './attack-stage.ts'
import type { Attacks, AttackStage } from './attack-stage.ts'

const MANY = 100_000
/** The most bytes that are sent of an endless part. */
const ENDLESS = 256 * 1024 ** 2

interface Flood {
  readonly begin: string
  readonly again: string
  /** Default: without end. */
  readonly times?: number
}

/** Forms with too much of one thing: their beginning, and the part that is repeated. */
const FLOODS: Readonly<Record<string, (stage: AttackStage) => Flood>> = {
  '100,000 fields': (stage) => ({
    begin: '',
    again: stage.part('Content-Disposition: form-data; name="a"', ''),
    times: MANY,
  }),
  '100,000 files': (stage) => ({ begin: '', again: stage.part(stage.fileHead(), 'x'), times: MANY }),
  '100,000 empty file inputs': (stage) => ({
    begin: '',
    again: stage.part(stage.fileHead({ name: '', type: 'application/octet-stream' }), ''),
    times: MANY,
  }),
  '100,000 headers of a part': (stage) => ({ begin: `--${boundaryOf(stage)}\r\n`, again: 'X-A: b\r\n', times: MANY }),
  'a header of a part without end': (stage) => ({
    begin: `--${boundaryOf(stage)}\r\nX-A: `,
    again: 'x'.repeat(10_000),
  }),
  'a name of a field without end': (stage) => ({
    begin: `--${boundaryOf(stage)}\r\nContent-Disposition: form-data; name="`,
    again: 'x'.repeat(10_000),
  }),
  'a name of a file without end': (stage) => ({
    begin: `--${boundaryOf(stage)}\r\nContent-Disposition: form-data; name="f"; filename="`,
    again: 'x'.repeat(10_000),
  }),
  'a field without end': (stage) => ({
    begin: stage.part('Content-Disposition: form-data; name="a"', '').slice(0, -2),
    again: 'x'.repeat(65_536),
  }),
  'a preamble without end': () => ({ begin: '', again: `${'x'.repeat(65_534)}\r\n` }),
  'an epilogue without end': (stage) => ({ begin: stage.goodForm(), again: `${'x'.repeat(65_534)}\r\n` }),
}

/** Floods, to a client that reads its answer while it sends. */
export const FLOOD_ATTACKS: Attacks = Object.fromEntries(
  Object.entries(FLOODS).map(([what, flood]) => [
    `refuses ${what}`,
    (stage: AttackStage) => stage.leavesNothing(() => pour(stage, flood(stage))),
  ]),
)

async function pour(stage: AttackStage, { begin, again, times = Infinity }: Flood): Promise<void> {
  const client = await stage.connect()
  // Many at once, or the flood would be a trickle.
  const perChunk = Math.min(Math.ceil(10_000 / again.length), times)
  const data = chunk(again.repeat(perChunk))
  const endless = times === Infinity
  const answer = sendUntilAnswered(client, {
    begin: stage.formHead('Transfer-Encoding: chunked') + (begin === '' ? '' : chunk(begin)),
    data,
    times: Math.ceil((endless ? ENDLESS : times * again.length) / (perChunk * again.length)),
    ...(!endless && { end: `${chunk(stage.end)}0\r\n\r\n` }),
  })
  isRefused(await answer)
}

function chunk(data: string): string {
  return `${data.length.toString(16)}\r\n${data}\r\n`
}

function boundaryOf({ end }: AttackStage): string {
  return end.slice(2, -4)
}
