import { decodeFrame, encodeFrame, type Frame, type StreamId } from './frame.ts'

/** What a stream's owner is told. */
export interface StreamEvents {
  /** The peer has taken it; told to the end that opened it. */
  accepted?(): void
  /** At most `windowBytes` come before `consumed` is told. */
  data(bytes: Uint8Array): void
  /** The peer sends no more. */
  ended(): void
  /** Over at once, by the peer or with the link. */
  reset(reason: string): void
}

export interface SessionOwner {
  /** False when enough is waiting: `drained` comes. */
  send(frame: Uint8Array): boolean
  /** A peer opens a stream: sets its events, and accepts or resets it, now or later. */
  opening(stream: SessionStream, request: string): void
}

/** Bytes that a peer may send beyond what was consumed. */
export const windowBytes = 256 * 1024
/** Small, so that streams take turns often. */
const maxDataBytes = 16 * 1024
/** Streams of one peer; beyond it openings are refused. */
export const maxStreams = 1024
const maxRequestBytes = 4 * 1024 + 256
const maxReasonBytes = 1024

/**
 * The streams with one peer over one channel: a pure core, frames in and frames out. Every stream sends within the credit
 * that its other end gave, and those that may send take turns, one frame each.
 */
export class TunnelSession {
  readonly #owner: SessionOwner
  /** By `o1` (ours) or `p1` (the peer's). */
  readonly #streams = new Map<string, SessionStream>()
  /** With something to send and credit for it, in the order of their turns. */
  readonly #ready = new Set<SessionStream>()
  #isBlocked = false
  #nextNumber = 1

  constructor(owner: SessionOwner) {
    this.#owner = owner
  }

  get streams(): number {
    return this.#streams.size
  }

  /** Throws when there are too many. */
  open(request: string, events: StreamEvents): SessionStream {
    if (Buffer.byteLength(request) > maxRequestBytes) throw new Error('the metadata of a tunnel has more than 4 KiB')
    if (this.#streams.size >= maxStreams) throw new Error(`there are ${maxStreams} tunnels with that peer already`)
    const stream = new SessionStream(this, { number: this.#nextNumber++, isSenders: true })
    stream.events = events
    this.#streams.set(keyOf(stream.id), stream)
    this.send({ type: 'open', stream: stream.id, request })
    return stream
  }

  /** A message of the peer. Throws on what a peer must not do; its session is over then. */
  receive(message: Uint8Array): void {
    const frame = decodeFrame(message)
    if (frame === undefined) return
    const id = { number: frame.stream.number, isSenders: !frame.stream.isSenders }
    if (frame.type === 'open') this.#opening(id, frame.request)
    // After a reset of ours the peer's frames are still on their way.
    else this.#streams.get(keyOf(id))?.received(frame)
  }

  /** The channel takes frames again. */
  drained(): void {
    this.#isBlocked = false
    this.#flush()
  }

  /** The link is gone. */
  close(reason: string): void {
    for (const stream of [...this.#streams.values()]) stream.over(reason)
  }

  send(frame: Frame): void {
    if (!this.#owner.send(encodeFrame(frame))) this.#isBlocked = true
  }

  /** The stream has something to send and credit for it. */
  ready(stream: SessionStream): void {
    this.#ready.add(stream)
    this.#flush()
  }

  forget(stream: SessionStream): void {
    this.#streams.delete(keyOf(stream.id))
    this.#ready.delete(stream)
  }

  #opening(id: StreamId, request: string): void {
    if (id.isSenders || this.#streams.has(keyOf(id))) throw new Error(`tunnel ${id.number} is opened twice`)
    if (this.#streams.size >= maxStreams || request.length > maxRequestBytes) {
      this.send({ type: 'reset', stream: id, reason: 'too many tunnels with this peer are open' })
      return
    }
    const stream = new SessionStream(this, id)
    this.#streams.set(keyOf(id), stream)
    this.#owner.opening(stream, request)
  }

  #flush(): void {
    while (!this.#isBlocked) {
      const [stream] = this.#ready
      if (stream === undefined) return
      this.#ready.delete(stream)
      if (stream.sendSome(maxDataBytes)) this.#ready.add(stream)
    }
  }
}

/** One stream's end. */
export class SessionStream {
  readonly id: StreamId
  events: StreamEvents | undefined
  readonly #session: TunnelSession
  #isAccepted = false
  /** What we may still send. */
  #credit = windowBytes
  #queue: { bytes: Uint8Array; sent: () => void }[] = []
  #whenEnded: (() => void) | undefined
  /** What the peer may still send, and what was consumed and not yet told. */
  #window = windowBytes
  #consumed = 0
  #hasEnded = false
  #peerHasEnded = false
  #isOver = false

  constructor(session: TunnelSession, id: StreamId) {
    this.#session = session
    this.id = id
  }

  /** Takes a stream that the peer opened. */
  accept(): void {
    if (this.#isOver) return
    this.#isAccepted = true
    this.#session.send({ type: 'accept', stream: this.id })
    this.#wake()
  }

  /** `sent` is called when the bytes are with the link; before, the next write should wait. */
  write(bytes: Uint8Array, sent: () => void): void {
    if (this.#isOver) return
    this.#queue.push({ bytes, sent })
    this.#wake()
  }

  /** Ends this direction after what was written. */
  end(sent: () => void): void {
    if (this.#isOver) {
      sent()
      return
    }
    this.#whenEnded = sent
    this.#wake()
  }

  /** The owner has read so much: the peer may send as much again. */
  consumed(bytes: number): void {
    this.#consumed += bytes
    if (this.#isOver || this.#peerHasEnded || this.#consumed < windowBytes / 4) return
    this.#window += this.#consumed
    this.#session.send({ type: 'credit', stream: this.id, bytes: this.#consumed })
    this.#consumed = 0
  }

  reset(reason: string): void {
    if (this.#isOver) return
    this.#session.send({ type: 'reset', stream: this.id, reason: reason.slice(0, maxReasonBytes) })
    this.#finish()
  }

  /** Over without a word to the peer. */
  over(reason: string): void {
    if (this.#isOver) return
    this.#finish()
    this.events?.reset(reason)
  }

  received(frame: Exclude<Frame, { type: 'open' }>): void {
    switch (frame.type) {
      case 'accept':
        if (this.#isAccepted || !this.id.isSenders) throw new Error(`tunnel ${this.id.number} is accepted twice`)
        this.#isAccepted = true
        this.events?.accepted?.()
        this.#wake()
        break
      case 'data':
        this.#window -= frame.bytes.byteLength
        if (this.#window < 0 || this.#peerHasEnded) throw new Error(`tunnel ${this.id.number} gets more than it may`)
        this.events?.data(frame.bytes)
        break
      case 'end':
        this.#peerHasEnded = true
        this.events?.ended()
        this.#finishWhenBothEnded()
        break
      case 'credit':
        this.#credit += frame.bytes
        if (this.#credit > 2 ** 31) throw new Error(`tunnel ${this.id.number} is given too much credit`)
        this.#wake()
        break
      case 'reset':
        this.over(frame.reason.slice(0, maxReasonBytes))
        break
    }
  }

  /** Sends one frame; true when it could send another. */
  sendSome(maxBytes: number): boolean {
    const first = this.#queue[0]
    if (first === undefined) {
      this.#sendEnd()
      return false
    }
    const bytes = first.bytes.subarray(0, Math.min(this.#credit, maxBytes))
    this.#credit -= bytes.byteLength
    this.#session.send({ type: 'data', stream: this.id, bytes })
    first.bytes = first.bytes.subarray(bytes.byteLength)
    if (first.bytes.byteLength === 0) {
      this.#queue.shift()
      first.sent()
    }
    return this.#maySend
  }

  get #maySend(): boolean {
    if (!this.#isAccepted || this.#isOver || this.#hasEnded) return false
    return this.#queue.length > 0 ? this.#credit > 0 : this.#whenEnded !== undefined
  }

  #wake(): void {
    if (this.#maySend) this.#session.ready(this)
  }

  #sendEnd(): void {
    this.#hasEnded = true
    this.#session.send({ type: 'end', stream: this.id })
    this.#whenEnded?.()
    this.#finishWhenBothEnded()
  }

  #finishWhenBothEnded(): void {
    if (this.#hasEnded && this.#peerHasEnded) this.#finish()
  }

  #finish(): void {
    this.#isOver = true
    this.#queue = []
    this.#session.forget(this)
  }
}

function keyOf({ number, isSenders }: StreamId): string {
  return `${isSenders ? 'o' : 'p'}${number}`
}
