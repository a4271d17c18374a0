import { Duplex, getStreamError, type Stream } from 'streamx'
import type { SessionStream } from './session.ts'

type Callback = (error: Error | null) => void

/** A stream of a session as a Duplex: what waits in it is bounded by the session's window. */
export class TunnelStream extends Duplex {
  readonly #stream: SessionStream
  readonly #received: Uint8Array[] = []
  #peerHasEnded = false
  #whenRead: Callback | undefined
  /** Of a write and of the end. */
  readonly #underWay = new Set<Callback>()
  /** Reset by the peer or with the link: there is nobody to tell. */
  #isReset = false

  constructor(stream: SessionStream) {
    super({
      highWaterMark: 64 * 1024,
      mapWritable: asBytes,
      byteLengthReadable: lengthOf,
      byteLengthWritable: lengthOf,
    })
    this.#stream = stream
  }

  /** Bytes of the peer. They may lie in a buffer of the link's: copied. */
  received(bytes: Uint8Array): void {
    this.#received.push(Buffer.from(bytes))
    this.#deliver()
  }

  ended(): void {
    this.#peerHasEnded = true
    this.#deliver()
  }

  /** Over, with what had come before already read or lost. */
  wasReset(reason: string): void {
    this.#isReset = true
    this.destroy(new Error(reason))
  }

  override _read(callback: Callback): void {
    this.#whenRead = callback
    this.#deliver()
  }

  override _write(data: unknown, callback: Callback): void {
    const bytes = data as Uint8Array
    if (bytes.byteLength === 0) callback(null)
    else this.#stream.write(bytes, this.#once(callback))
  }

  override _final(callback: Callback): void {
    this.#stream.end(this.#once(callback))
  }

  /** streamx destroys only when nothing is under way any more. */
  override _predestroy(): void {
    this.#tellPeer()
    const callbacks = [...this.#underWay]
    const whenRead = this.#whenRead
    this.#underWay.clear()
    this.#whenRead = undefined
    for (const callback of callbacks) callback(null)
    whenRead?.(null)
  }

  override _destroy(callback: Callback): void {
    this.#tellPeer()
    this.#received.length = 0
    callback(null)
  }

  /** Does nothing where both ends have ended. */
  #tellPeer(): void {
    if (!this.#isReset) this.#stream.reset(getStreamError(this as Stream)?.message ?? 'the other end closed the tunnel')
  }

  #once(callback: Callback): () => void {
    const settle = () => {
      if (this.#underWay.delete(callback)) callback(null)
    }
    this.#underWay.add(callback)
    return settle
  }

  #deliver(): void {
    const callback = this.#whenRead
    if (callback === undefined) return
    const bytes = this.#received.shift()
    if (bytes === undefined && !this.#peerHasEnded) return
    this.#whenRead = undefined
    this.push(bytes ?? null)
    if (bytes !== undefined) this.#stream.consumed(bytes.byteLength)
    callback(null)
  }
}

const lengthOf = (bytes: unknown): number => (bytes as Uint8Array).byteLength

function asBytes(data: unknown): unknown {
  return typeof data === 'string' ? Buffer.from(data) : data
}
