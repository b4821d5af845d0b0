/** The command that a worker is started with; nobody types it. */
export const WORKER_COMMAND = 'worker'
