/** Smaller memory is left to the next collection. */
const LEAST = 4096

/**
 * Frees the memory of a chunk from the network at once, when it is no longer used. For V8, such a chunk is a handle of
 * some hundred bytes. So V8 lets tens of megabytes of chunks pile up, and then marks the whole heap to find them. A
 * part of a larger buffer is left alone.
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < LEAST || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return
  // A new, empty buffer takes its place, and is garbage of a few bytes.
  buffer.transfer(0)
}
