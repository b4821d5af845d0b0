import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { referenceOutcome } from '../../src/multipart/testing/reference-decoder.ts'
import { multipartCases } from './multipart-body.ts'
import { describeFinding, fuzzTarget } from './target.ts'
import { TARGETS } from './targets.ts'

/** Of each share. All targets together take about twenty seconds; the same for hours is `npm run fuzz`. */
const SHARE_MS = 1500

describe('every request,', () => {
  test.each(TARGETS.map((target) => [`${target.name} ${target.promise}`, target] as const))('%s', async (_, target) => {
    const { runs, finding } = await target.fuzz({ durationMs: SHARE_MS * target.share })
    if (finding !== undefined) throw new Error(describeFinding(target, finding))
    expect(runs).toBeGreaterThan(0)
  })
})

test('every target of this folder is among them', () => {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
  for (const { name } of TARGETS) expect(names).toContain(`${name}.ts`)
  expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length)
})

test('bodies are of use: good ones and bad ones are among them, a tenth at least', () => {
  const outcomes = fc
    .sample(multipartCases, 1000)
    .map(({ body, boundary }) => referenceOutcome(Buffer.from(body, 'latin1'), boundary))
  const good = outcomes.filter(({ refusal }) => refusal === undefined).length
  expect(good).toBeGreaterThan(100)
  expect(good).toBeLessThan(900)
})

describe('a promise that does not hold', () => {
  const broken = fuzzTarget({
    name: 'broken',
    promise: 'is below a thousand',
    cases: fc.nat(),
    open: () => ({
      check(value) {
        if (value >= 1000) throw new Error(`${value} is not`)
      },
    }),
  })

  test('is found and made small, and its seed and path make it again', async () => {
    const { finding } = await broken.fuzz()
    expect(finding).toMatchObject({ counterexample: '1000', error: new Error('1000 is not') })
    const { finding: again, runs } = await broken.fuzz(finding?.replay)
    expect(again).toMatchObject({ counterexample: '1000' })
    expect(runs).toBe(1)
  })

  test('is told with the command that makes it again', async () => {
    const { finding } = await broken.fuzz()
    if (finding?.replay === undefined) throw new Error('Not found')
    const { seed, path } = finding.replay
    expect(describeFinding(broken, finding)).toContain(`npm run fuzz -- --target broken --seed ${seed} --path ${path}`)
  })

  test('is found in a fixed example, without random bytes', async () => {
    const session = { check: (value: number) => expect(value).toBe(1) }
    const target = fuzzTarget({
      name: 'fixed',
      promise: 'is one',
      cases: fc.constant(1),
      examples: [1, 2],
      open: () => session,
    })
    expect(await target.fuzz()).toMatchObject({ finding: { counterexample: '2', replay: undefined } })
  })
})
