import { clamavCheck } from '../clamav.ts'
import type { Check, CheckedUpload } from '../clamav.ts'
import { isUploadError } from '../index.ts'
import { causesOf } from './causes.ts'
import type { ScanSettings } from './scan-settings.ts'
import { terminal } from './terminal.ts'

/** What a start waits for clamd: long enough for a network, and short enough for a person. */
const PROBE_TIMEOUT_MS = 3000

/** The least that clamd can be asked about. */
const PROBE: CheckedUpload = { filename: 'probe', type: 'text/plain', size: 0, async *stream() {} }

/** The check that has clamd scan each file. */
export function scanner({ clamd, maxStreamSize, onUnavailable }: ScanSettings): Check {
  return clamavCheck({ ...clamd, maxStreamSize, onUnavailable })
}

/**
 * Tries to reach clamd. One that cannot be reached at the start is told in a warning, and no more: it may be starting as
 * well, which takes it longer.
 */
export async function warnOfScanner({ clamd, onUnavailable }: ScanSettings): Promise<void> {
  try {
    await clamavCheck({ ...clamd, timeoutMs: PROBE_TIMEOUT_MS })(PROBE)
  } catch (error) {
    if (!isUploadError(error) || error.code !== 'check-unavailable') throw error
    const meanwhile = onUnavailable === 'accept' ? 'files are let in unscanned' : 'every file is refused'
    terminal.warn(`ClamAV cannot be reached, and until it can, ${meanwhile}: ${causesOf(error).join(': ')}`)
  }
}
