import type { SlotAnswer } from './slot-pool.ts'

/** A message from a worker to the process that started it. */
export type WorkerMessage =
  /** It listens to the primary from now on, and asks for its task. */
  | { readonly kind: 'started' }
  | { readonly kind: 'listening'; readonly port: number }
  /** It cannot serve, with the facts of a `CommandError`, and ends. */
  | { readonly kind: 'refused'; readonly message: string; readonly exitCode: 1 | 2 }
  /** For stdout, or for stderr after a failure. Only the primary prints, so two lines never mix. */
  | { readonly kind: 'line'; readonly text: string; readonly isFailure: boolean }
  /** It was told to stop, and that many requests are still running. */
  | { readonly kind: 'stopping'; readonly busy: number }
  | { readonly kind: 'take-slot'; readonly id: number; readonly client?: string | undefined }
  | { readonly kind: 'free-slot'; readonly client?: string | undefined }

/** A message to a worker. */
export type PrimaryMessage =
  | {
      readonly kind: 'serve'
      /** Absolute. Absent if the files are kept in a bucket. */
      readonly folder?: string | undefined
      readonly port?: number | undefined
      /** The text of the file of `--auth`: it was read once, and may have been a pipe. */
      readonly authFile?: string | undefined
    }
  | { readonly kind: 'slot'; readonly id: number; readonly answer: SlotAnswer }
  | { readonly kind: 'stop'; readonly graceMs: number }

/**
 * Both ends have one version, and no other process has their channel. So this only has to tell our messages from those
 * of Node.
 */
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
