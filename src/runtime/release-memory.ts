/** Smaller memory is left to the next collection. */
const LEAST = 4096

/**
 * Gives memory back at once that is no longer used. It is for chunks of the network. V8 sees each as a handle of some
 * hundred bytes. So it lets tens of megabytes of them pile up, and then marks the whole heap to find them. A part of a
 * larger buffer is left alone.
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < LEAST || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return
  // A new, empty buffer takes its place, and is garbage of a few bytes.
  buffer.transfer(0)
}
