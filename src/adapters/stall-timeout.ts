/** Milliseconds for which a client may take no bytes of an answer; the same as `idleTimeoutMs` of uploads. */
export const STALL_TIMEOUT_MS: number = 60_000
