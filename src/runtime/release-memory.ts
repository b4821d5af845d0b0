/** Bytes below which a collection may as well come to them in its time. */
const LEAST = 4096

/**
 * Gives memory back at once, which nobody uses any more. For chunks of the network: to V8 each is a handle of some hundred
 * bytes, so that it lets tens of megabytes of them pile up, and then marks the whole heap to find them. Leaves alone what is a
 * part of something larger.
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < LEAST || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return
  // A new, empty buffer takes its place, and is garbage of a few bytes.
  buffer.transfer(0)
}
