/** How files are sent, or fetched, and how often. */
export interface Workload {
  readonly name: string
  readonly title: string
  readonly connections: number
  readonly requests: number
  /** Bytes of each file. */
  readonly size: number
  /** The name of every file. Default: a name of its own for each. */
  readonly filename?: string
  /** The names of the only contestants that take part. Default: all. */
  readonly contestants?: readonly string[]
  /** Requests before the measurement, over as many connections: code is compiled then, and the heap finds its size. */
  readonly warmUp: { readonly requests: number; readonly size: number }
}
