import type { Sender } from '../client/sender.ts'
import type { Block } from './block.ts'

/** The settings of a measurement: tools, folder and rounds. */
export interface Bench {
  readonly sender: Sender
  readonly block: Block
  /** A folder that is ours. */
  readonly folder: string
  readonly rounds: number
  /** Of the order in which everybody comes. */
  readonly seed: number
}
