import { expect, test } from 'vitest'
import { derivedFaultRun } from './derived-fault-run.ts'
import { derivedKillRun } from './derived-kill-run.ts'
import { exampleKillRun } from './example-kill-run.ts'
import { faultRun } from './fault-run.ts'

// `npm run transactions` is the long one: 1,000 forms and 100 kills.
test('forms that meet random faults leave no row without its files and no file without its row', async () => {
  const seed = Date.now() % 2 ** 32
  const { met, outcomes, faults } = await faultRun({ times: 400, seed })
  expect(faults, `seed ${seed}`).toEqual([])
  expect(met.size).toBe(9)
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['stored', 'storage-failed', 'internal-error', 'gone']))
})

test('forms that derive a thumbnail and replace an old picture keep both whole when they meet random faults', async () => {
  const seed = Date.now() % 2 ** 32
  const { met, outcomes, faults } = await derivedFaultRun({ times: 150, seed })
  expect(faults, `seed ${seed}`).toEqual([])
  expect(met.size).toBeGreaterThan(10)
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['stored', 'storage-failed', 'thrown']))
})

test('a server that is killed has each picture with its thumbnail, and an old one until its form is stored', async () => {
  const seed = Date.now() % 2 ** 32
  const { kills, acknowledged, cut, faults } = await derivedKillRun({ times: 10, seed })
  expect(faults, `seed ${seed}`).toEqual([])
  expect(kills).toBe(10)
  expect(acknowledged).toBeGreaterThan(0)
  expect(cut).toBeGreaterThan(0)
})

test('an app with a database that is killed under load has rows and files that belong together', async () => {
  const seed = Date.now() % 2 ** 32
  const { kills, acknowledged, cut, faults } = await exampleKillRun({ times: 10, seed })
  expect(faults, `seed ${seed}`).toEqual([])
  expect(kills).toBe(10)
  expect(acknowledged).toBeGreaterThan(0)
  expect(cut).toBeGreaterThan(0)
})
