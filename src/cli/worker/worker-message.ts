import type { SlotAnswer } from './slot-pool.ts'

/** What a worker tells the process that started it. */
export type WorkerMessage =
  /** It listens to the primary from now on, and asks what to do. */
  | { readonly kind: 'started' }
  | { readonly kind: 'listening'; readonly port: number }
  /** It cannot serve, as a `CommandError` says it, and ends. */
  | { readonly kind: 'refused'; readonly message: string; readonly exitCode: 1 | 2 }
  /** For stdout, or for stderr where something failed. The primary alone prints: no two lines ever mix. */
  | { readonly kind: 'line'; readonly text: string; readonly isFailure: boolean }
  /** It was told to stop, and so many requests are still running. */
  | { readonly kind: 'stopping'; readonly busy: number }
  | { readonly kind: 'take-slot'; readonly id: number; readonly client?: string | undefined }
  | { readonly kind: 'free-slot'; readonly client?: string | undefined }

/** What a worker is told. */
export type PrimaryMessage =
  | {
      readonly kind: 'serve'
      /** Absolute. */
      readonly folder: string
      readonly port?: number | undefined
      /** What the file of `--auth` says: it was read once, and may have been a pipe. */
      readonly authFile?: string | undefined
    }
  | { readonly kind: 'slot'; readonly id: number; readonly answer: SlotAnswer }
  | { readonly kind: 'stop'; readonly graceMs: number }

/** Both ends are of one version, and nobody else has their channel: only that it is ours has to be seen. */
export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return hasKind(message)
}

/** As `isWorkerMessage`. */
export function isPrimaryMessage(message: unknown): message is PrimaryMessage {
  return hasKind(message)
}

function hasKind(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message
}
