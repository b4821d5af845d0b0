import { ok } from 'node:assert/strict'
import { finalAnswer, isRefused, sent } from './attack-stage.ts'
import type { Attacks } from './attack-stage.ts'

/**
 * A file of too many bytes. The refusal has to reach every client, whether it reads while it sends or only afterwards.
 * RFC 9112 section 9.6 tells how an answer is lost to a reset.
 */
export function oversizeAttacks(size: number): Attacks {
  const framings: Readonly<Record<string, readonly string[]>> = {
    'of a known length': [],
    'of a known length on a connection to be closed': ['Connection: close'],
    'in chunks': ['Transfer-Encoding: chunked'],
    'in chunks on a connection to be closed': ['Transfer-Encoding: chunked', 'Connection: close'],
  }
  const attacks = Object.entries(framings).flatMap(([framing, headers]) =>
    [true, false].map((meanwhile): [string, Attacks[string]] => [
      `refuses a file that is too large, ${framing}, to a client that reads ${meanwhile ? 'while it sends' : 'afterwards'}`,
      (stage) =>
        stage.leavesNothing(async () => {
          const client = await stage.connect()
          const body = stage.goodForm('x'.repeat(size))
          const isChunked = headers.some((header) => header.startsWith('Transfer-Encoding'))
          const framed = isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
          const length = isChunked ? [] : [`Content-Length: ${body.length}`]
          const sending = sent(client, stage.formHead(...length, ...headers) + framed)
          if (!meanwhile) ok(await sending, 'It was hung up on before it had sent everything.')
          isRefused(await finalAnswer(client))
          await sending
        }),
    ]),
  )
  return {
    ...Object.fromEntries(attacks),
    'refuses a file that is too large to a client that waits to be asked for it': (stage) =>
      stage.leavesNothing(async () => {
        const client = await stage.connect()
        const body = stage.goodForm('x'.repeat(size))
        const answer = await client.ask(stage.formHead(`Content-Length: ${body.length}`, 'Expect: 100-continue'))
        if (answer.status !== 100) {
          isRefused(answer)
          return
        }
        const [refusal] = await Promise.all([finalAnswer(client), sent(client, body)])
        isRefused(refusal)
      }),
  }
}
