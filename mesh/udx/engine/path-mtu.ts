import { maxPaddingBytes } from './packet.ts'

const baseBytes = 1200
/** Ethernet, and what is left of it inside common tunnels. */
const candidates = [1500, 1420, 1280] as const
const maxTries = 3

/**
 * Finds the largest datagram (with IP and UDP headers) that the path carries: a data packet is padded to the size tried;
 * its acknowledgement proves it. 1200 is assumed of every path, 1500 is never exceeded (peers read 2,048 bytes).
 */
export class PathMtu {
  bytes = baseBytes
  /** Index into `candidates` of the size to try; past the end when the search is over. */
  #candidate = 0
  #tries = 0
  #isProbing = false

  /** The padding to give the next full packet; 0 when it shall not probe. */
  probePadding(): number {
    const size = candidates[this.#candidate]
    if (this.#isProbing || size === undefined || size <= this.bytes) return 0
    this.#isProbing = true
    this.#tries++
    return Math.min(size - this.bytes, maxPaddingBytes)
  }

  /** The probe with this padding came through. */
  proved(paddingBytes: number): void {
    this.#isProbing = false
    this.bytes += paddingBytes
    this.#tries = 0
    // 255 bytes of padding do not reach from 1200 to 1500: what is missing takes a second step.
    if (this.bytes >= (candidates[this.#candidate] ?? 0)) this.#candidate = candidates.length
  }

  lost(): void {
    this.#isProbing = false
    if (this.#tries < maxTries) return
    this.#tries = 0
    this.#candidate++
  }

  /** A new path knows nothing of the old one. */
  reset(): void {
    this.bytes = baseBytes
    this.#candidate = 0
    this.#tries = 0
    this.#isProbing = false
  }
}
