import { Duplex } from 'streamx'

type Callback = (error: Error | null) => void

/** Bytes of one circuit and direction that may be on their way, at the relay and in the reader's buffer included. */
export const circuitWindowBytes = 256 * 1024
const chunkBytes = 32 * 1024
/** Credit is given back in steps. */
const creditStepBytes = circuitWindowBytes / 4

/** What a circuit's end asks of the channel below. */
export interface CircuitOutput {
  data(bytes: Uint8Array): void
  credit(bytes: number): void
  closed(reason: string): void
}

/** One end of a circuit through a relaying peer, as the raw stream below Noise: bytes both ways, within a window. */
export class CircuitStream extends Duplex {
  readonly #output: CircuitOutput
  #creditBytes = circuitWindowBytes
  #writing: { bytes: Uint8Array; callback: Callback } | undefined
  #receivedBytes = 0
  #grantedBytes = circuitWindowBytes
  #isOver = false

  constructor(output: CircuitOutput) {
    super({ eagerOpen: true })
    this.#output = output
  }

  /** False when the peer sent more than it was let. */
  received(bytes: Uint8Array): boolean {
    if (this.destroying) return true
    this.#receivedBytes += bytes.byteLength
    if (this.#receivedBytes > this.#grantedBytes) return false
    this.push(bytes)
    this.#grant()
    return true
  }

  credited(bytes: number): void {
    this.#creditBytes = Math.min(this.#creditBytes + bytes, circuitWindowBytes)
    this.#send()
  }

  /** The other end, the relay or the link to it has ended the circuit. */
  ended(reason: string): void {
    this.#isOver = true
    this.destroy(new Error(reason))
  }

  override _read(callback: Callback): void {
    this.#grant()
    callback(null)
  }

  override _write(data: unknown, callback: Callback): void {
    this.#writing = { bytes: data as Uint8Array, callback }
    this.#send()
  }

  override _predestroy(): void {
    const writing = this.#writing
    this.#writing = undefined
    writing?.callback(new Error('the circuit was closed'))
  }

  override _destroy(callback: Callback): void {
    if (!this.#isOver) this.#output.closed('the connection was closed')
    this.#isOver = true
    callback(null)
  }

  #send(): void {
    const writing = this.#writing
    if (writing === undefined) return
    while (writing.bytes.byteLength > 0 && this.#creditBytes > 0) {
      const size = Math.min(writing.bytes.byteLength, this.#creditBytes, chunkBytes)
      this.#creditBytes -= size
      this.#output.data(writing.bytes.subarray(0, size))
      writing.bytes = writing.bytes.subarray(size)
    }
    if (writing.bytes.byteLength > 0) return
    this.#writing = undefined
    writing.callback(null)
  }

  #grant(): void {
    if (this.#isOver) return
    const { buffered } = (this as unknown as { _readableState: { buffered: number } })._readableState
    const bytes = this.#receivedBytes - buffered + circuitWindowBytes - this.#grantedBytes
    if (bytes < creditStepBytes) return
    this.#grantedBytes += bytes
    this.#output.credit(bytes)
  }
}
