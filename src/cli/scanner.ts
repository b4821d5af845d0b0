import { clamavCheck } from '../clamav.ts'
import type { Check, CheckedUpload } from '../clamav.ts'
import { isUploadError } from '../index.ts'
import { causesOf } from './causes.ts'
import type { ScanSettings } from './scan-settings.ts'
import { terminal } from './terminal.ts'

/** The longest wait for clamd at a start: enough for a network, and short enough for a person. */
const PROBE_TIMEOUT_MS = 3000

/** The shortest time that clamd can be given. */
const PROBE: CheckedUpload = { filename: 'probe', type: 'text/plain', size: 0, async *stream() {} }

/** The check that lets clamd scan each file. */
export function scanner({ clamd, maxStreamSize, onUnavailable }: ScanSettings): Check {
  return clamavCheck({ ...clamd, maxStreamSize, onUnavailable })
}

/**
 * Tries to reach clamd. If it cannot be reached at the start, this only warns: it may be starting as well, which takes
 * longer.
 */
export async function warnOfScanner({ clamd, onUnavailable }: ScanSettings): Promise<void> {
  try {
    await clamavCheck({ ...clamd, timeoutMs: PROBE_TIMEOUT_MS })(PROBE)
  } catch (error) {
    if (!isUploadError(error) || error.code !== 'check-unavailable') throw error
    const meanwhile = onUnavailable === 'accept' ? 'files are accepted unscanned' : 'every file is refused'
    terminal.warn(`ClamAV cannot be reached, and until it can, ${meanwhile}: ${causesOf(error).join(': ')}`)
  }
}
