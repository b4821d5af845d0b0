import type { SeededRandom } from '../endurance/seeded-random.ts'
import { bytesOf } from './bytes-of.ts'
import { mustBeVisible } from './ledger.ts'
import type { Ledger, LedgerFile } from './ledger.ts'
import { settleDeletions, settleForms } from './simulated-form.ts'
import type { SimulatedEngine } from './simulated-engine.ts'
import { PLACES, SimulatedProcess } from './simulated-process.ts'
import type { PlaceName } from './simulated-process.ts'

/** The promises that are broken when all is over. */
export async function brokenPromises(
  engine: SimulatedEngine,
  ledger: Ledger,
  random: SeededRandom,
): Promise<readonly string[]> {
  settleForms(ledger.forms)
  settleDeletions(ledger.forms)
  const reader = new SimulatedProcess(engine, 'reader')
  const faults: string[] = []
  const visible = new Set<LedgerFile>()
  for (const file of ledger.files) {
    const found = await look(reader, file)
    if (found !== undefined) visible.add(file)
    const must = mustBeVisible(file)
    const isWrong = found === 'damaged' || (must !== undefined && must !== (found !== undefined))
    if (isWrong) faults.push(`${file.place}/${file.key} is ${found ?? 'missing'}, but ${tell(file)}`)
  }
  for (const place of PLACES) faults.push(...(await listFaults(reader, place, visible, random)))
  return [...faults, ...formFaults(ledger, visible), ...orphans(engine, visible)]
}

async function look(reader: SimulatedProcess, file: LedgerFile): Promise<'whole' | 'damaged' | undefined> {
  const opened = await reader.storages[file.place].open(file.key)
  const entry = await reader.storages[file.place].stat(file.key)
  if (opened === undefined || entry === undefined) return opened === entry ? undefined : 'damaged'
  const bytes = await bytesOf(opened.stream()).catch(() => undefined)
  const isSame = JSON.stringify(entry) === JSON.stringify(opened.entry)
  const hasRecord = JSON.stringify(entry.record) === JSON.stringify(file.record)
  return bytes?.equals(file.bytes) === true && isSame && hasRecord ? 'whole' : 'damaged'
}

async function listFaults(
  reader: SimulatedProcess,
  place: PlaceName,
  visible: ReadonlySet<LedgerFile>,
  random: SeededRandom,
): Promise<readonly string[]> {
  const storage = reader.storages[place]
  const expected = [...visible].filter((file) => file.place === place).map(({ key }) => key)
  const faults: string[] = []
  for (const order of ['name', 'newest'] as const) {
    const { entries } = await storage.list({ order, limit: 1000 })
    const keys = entries.map(({ key }) => key)
    if (keys.toSorted().join() !== expected.toSorted().join())
      faults.push(`the list of ${place} by ${order} is ${keys.join()}`)
    for (const entry of entries.length === 0 ? [] : [random.pick(entries)]) {
      const stat = await storage.stat(entry.key)
      if (JSON.stringify(stat) !== JSON.stringify(entry)) faults.push(`the list and stat of ${entry.key} differ`)
    }
  }
  return faults
}

/** Forms of which a part is visible. */
function formFaults({ forms }: Ledger, visible: ReadonlySet<LedgerFile>): readonly string[] {
  const faults: string[] = []
  for (const { id, files, fate } of forms) {
    if (fate === 'any') continue
    for (const place of PLACES) {
      const own = files.filter((file) => file.place === place && file.deletions.length === 0)
      const states = new Set(own.map((file) => visible.has(file)))
      if (states.size > 1) faults.push(`the form ${id} is published in part`)
    }
  }
  return faults
}

/** Traces that no file needs. */
function orphans(engine: SimulatedEngine, visible: ReadonlySet<LedgerFile>): readonly string[] {
  const { objects, uploads, doomed } = engine.bucket()
  const names = new Set([...visible].map(({ place, key }) => `${place}/${key}`))
  const records = new Set<string>()
  for (const [name, { headers }] of objects) {
    if (!names.has(name) || headers.get('x-amz-meta-decant-record') !== 'object') continue
    records.add(`${name.split('/')[0]}/.decant/records/${headers.get('x-amz-meta-decant-draft')}`)
  }
  const isOrphan = (name: string): boolean => {
    return !names.has(name) && !records.has(name) && !name.endsWith('/.decant/engine')
  }
  return [
    ...[...objects.keys()].filter(isOrphan).map((name) => `orphan: ${name}`),
    ...[...uploads.values()].map(({ key }) => `orphan: an upload of ${key}`),
    ...[...doomed].map((id) => `the upload ${id} was aborted while it was completed`),
  ]
}

function tell({ stored, deletions, form }: LedgerFile): string {
  const fate = form === undefined ? '' : `, form ${form.id}: ${form.fate}`
  return `${stored}, deletions: ${deletions.join() || 'none'}${fate}`
}
