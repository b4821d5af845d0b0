/** Milliseconds for which a client may take nothing of an answer: what the limits of uploads give it, too. */
export const STALL_TIMEOUT_MS: number = 60_000
