import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Waits for the end of its input, which comes with the end of this process, too. A daemon that dies with this process
 * may still write at that moment, so that removing the folder can fail once.
 */
const SCRIPT = 'cat; until rm -rf "$0"; do sleep 0.1; done'

/** A temporary folder that is removed even if this process is killed. */
export interface DoomedFolder extends AsyncDisposable {
  readonly path: string
}

/** Makes a folder below the temporary folder of the machine. */
export function doomedFolder(prefix: string): DoomedFolder {
  const path = mkdtempSync(join(tmpdir(), prefix))
  // In a process group of its own, so that no Ctrl+C reaches it.
  const remover = spawn('sh', ['-c', SCRIPT, path], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  const removed = once(remover, 'exit')
  return {
    path,
    async [Symbol.asyncDispose]() {
      remover.stdin.end()
      await removed
    },
  }
}
