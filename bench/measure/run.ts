/** One contestant, once. */
export interface Run {
  readonly area: 'upload' | 'decode' | 'serve' | 'memory'
  readonly workload: string
  readonly contestant: string
  readonly round: number
  readonly seconds: number
  /** Of the files alone; of a decoder, of the whole body. */
  readonly bytes: number
  /** Of the server alone, over the workload without its warm-up. */
  readonly cpuSeconds: number
  /** The most memory that the server has had, from its start on. */
  readonly peakBytes: number
  /** Of the client; 0 if there is none. */
  readonly clientCpuSeconds: number
}
