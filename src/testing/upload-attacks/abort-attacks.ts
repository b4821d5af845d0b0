import type { Attacks, AttackStage } from './attack-stage.ts'
import { finalAnswer, isRefused } from './attack-stage.ts'

/** More than any buffer on the way holds: a file is under way. */
const BYTES = 'x'.repeat(300_000)

/** The bytes that are sent before the client goes away. */
const STAGES: Readonly<Record<string, (stage: AttackStage) => string>> = {
  'in the request line': (stage) => stage.form().slice(0, 6),
  'in the headers': (stage) => stage.formHead('Content-Length: 500000').slice(0, -6),
  'before the body': (stage) => stage.formHead('Content-Length: 500000'),
  "in a part's headers": (stage) => `${stage.formHead('Content-Length: 500000')}${startOfFile(stage).slice(0, -10)}`,
  'at the begin of a file': (stage) => `${stage.formHead('Content-Length: 500000')}${startOfFile(stage)}`,
  'in a file': (stage) => `${stage.formHead('Content-Length: 500000')}${startOfFile(stage)}${BYTES}`,
  'in a file in chunks': (stage) => {
    const start = startOfFile(stage) + BYTES
    return `${stage.formHead('Transfer-Encoding: chunked')}${start.length.toString(16)}\r\n${start}\r\n10`
  },
  'in the delimiter after a file': (stage) =>
    `${stage.formHead('Content-Length: 500000')}${startOfFile(stage)}${BYTES}\r\n${stage.end.slice(0, 5)}`,
  'in the epilogue': (stage) => `${stage.formHead('Content-Length: 500000')}${stage.goodForm()}\r\nx`,
}

/** The way in which a client goes: at once (RST), orderly (FIN), or only as a sender (half-closed). */
const WAYS = { reset: 'resets the connection', destroy: 'closes the connection', end: 'sends no more' } as const

/** Clients that go away. */
export const ABORT_ATTACKS: Attacks = Object.fromEntries(
  Object.entries(STAGES).flatMap(([stage, request]) =>
    (['reset', 'destroy', 'end'] as const).map((way) => [
      `leaves nothing of a client that ${WAYS[way]} ${stage}`,
      (on: AttackStage) => goesAway(on, request(on), way),
    ]),
  ),
)

function startOfFile(stage: AttackStage): string {
  // Its delimiter, its headers and the empty line, without the content and the line break behind it.
  return stage.fields() + stage.part(stage.fileHead(), '').slice(0, -2)
}

async function goesAway(stage: AttackStage, request: string, way: keyof typeof WAYS): Promise<void> {
  await stage.leavesNothing(async () => {
    const client = await stage.connect()
    await client.send(request)
    await stage.roundTrip()
    client[way]()
    if (way !== 'end') return
    // It still listens, and need not be answered. If it is, then with a refusal.
    const answer = await finalAnswer(client).catch(() => undefined)
    if (answer !== undefined) isRefused(answer)
  })
}
