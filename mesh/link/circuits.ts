import { type CircuitFrame, decodeCircuitFrame, encodeCircuitFrame } from './circuit-frame.ts'
import { CircuitStream, circuitWindowBytes } from './circuit-stream.ts'
import type { Channel, ChannelHandlers, PeerKey } from './links.ts'

/** Of all peers together, relayed here. */
const maxRelayed = 256
/** Of one peer, ending here. */
const maxOwn = 256
/** More than that waiting for one peer and its circuits are closed: the sessions above survive it. */
const maxQueuedBytes = 8 * 1024 * 1024

/** Where a circuit goes on from a channel: it ends here, or goes on with another peer. */
type End = { stream: CircuitStream } | { neighbour: Neighbour; circuit: number; budgetBytes: number }

/** A peer that a link exists with, and the circuits through it. */
interface Neighbour {
  channel: Channel
  ends: Map<number, End>
  nextCircuit: number
}

export interface CircuitsOptions {
  self: PeerKey
  /** Peers with which a link is there that is not relayed itself: circuits do not run over circuits. */
  near(): ReadonlySet<PeerKey>
  /** A peer is at the other end of a circuit, or says so: Noise has to prove it. */
  incoming(peer: PeerKey, via: PeerKey, stream: CircuitStream): void
}

/** The circuits through this node and to it: passes on what it cannot read, within bounds. */
export class Circuits {
  readonly #options: CircuitsOptions
  readonly #neighbours = new Map<PeerKey, Neighbour>()
  #relayed = 0

  constructor(options: CircuitsOptions) {
    this.#options = options
  }

  /** A session with a peer has begun. */
  opened(channel: Channel): ChannelHandlers {
    const isEven = this.#options.self < channel.peer
    const neighbour: Neighbour = { channel, ends: new Map(), nextCircuit: isEven ? 0 : 1 }
    this.#neighbours.set(channel.peer, neighbour)
    return {
      received: (message) => {
        const frame = decodeCircuitFrame(message)
        if (frame !== undefined) this.#received(neighbour, frame)
      },
      closed: () => {
        if (this.#neighbours.get(channel.peer) === neighbour) this.#neighbours.delete(channel.peer)
        for (const circuit of [...neighbour.ends.keys()])
          this.#end(neighbour, circuit, 'the link to the relay was lost')
      },
    }
  }

  /** Peers that may relay: those that a link which is not relayed itself exists with. */
  get relays(): PeerKey[] {
    const near = this.#options.near()
    return [...this.#neighbours.keys()].filter((peer) => near.has(peer))
  }

  /** Asks a peer to connect this node with another. What is wrong comes as the stream's error. */
  connect(relay: PeerKey, peer: PeerKey): CircuitStream {
    const neighbour = this.#neighbours.get(relay)
    if (neighbour === undefined || neighbour.ends.size >= maxOwn) throw new Error('that peer relays no more')
    const circuit = this.#number(neighbour)
    const stream = this.#stream(neighbour, circuit)
    send(neighbour, { kind: 'open', circuit, peer })
    return stream
  }

  #received(neighbour: Neighbour, frame: CircuitFrame): void {
    const { circuit } = frame
    const end = neighbour.ends.get(circuit)
    if (frame.kind === 'open') this.#relay(neighbour, circuit, frame.peer)
    else if (frame.kind === 'incoming') this.#incoming(neighbour, circuit, frame.peer)
    // Of a circuit that was closed here meanwhile.
    else if (end === undefined) return
    else if (frame.kind === 'close') this.#end(neighbour, circuit, frame.reason)
    else if ('stream' in end) this.#toStream(end.stream, frame)
    else this.#passOn(neighbour, end, frame)
  }

  #relay(from: Neighbour, circuit: number, peer: PeerKey): void {
    const to = this.#neighbours.get(peer)
    const reason = this.#refusal(from, circuit, to)
    if (reason !== undefined || to === undefined) {
      send(from, { kind: 'close', circuit, reason: reason ?? '' })
      return
    }
    this.#relayed++
    const onward = this.#number(to)
    from.ends.set(circuit, { neighbour: to, circuit: onward, budgetBytes: circuitWindowBytes })
    to.ends.set(onward, { neighbour: from, circuit, budgetBytes: circuitWindowBytes })
    send(to, { kind: 'incoming', circuit: onward, peer: from.channel.peer })
  }

  #refusal(from: Neighbour, circuit: number, to: Neighbour | undefined): string | undefined {
    if (from.ends.has(circuit) || circuit % 2 === from.nextCircuit % 2) return 'that number is in use'
    if (to === undefined || to === from) return 'the peer is not linked to the relay'
    const near = this.#options.near()
    if (!near.has(to.channel.peer) || !near.has(from.channel.peer)) return 'relays are not chained'
    return this.#relayed >= maxRelayed ? 'the relay has too much to do' : undefined
  }

  #incoming(neighbour: Neighbour, circuit: number, peer: PeerKey): void {
    const isUsed = neighbour.ends.has(circuit) || circuit % 2 === neighbour.nextCircuit % 2
    if (isUsed || neighbour.ends.size >= maxOwn) {
      send(neighbour, { kind: 'close', circuit, reason: 'the peer takes no more connections' })
      return
    }
    this.#options.incoming(peer, neighbour.channel.peer, this.#stream(neighbour, circuit))
  }

  #toStream(stream: CircuitStream, frame: CircuitFrame): void {
    if (frame.kind === 'credit') stream.credited(frame.bytes)
    else if (frame.kind === 'data' && !stream.received(frame.bytes)) {
      stream.destroy(new Error('the peer sent more than it was let'))
    }
  }

  #passOn(from: Neighbour, end: Exclude<End, { stream: CircuitStream }>, frame: CircuitFrame): void {
    const { neighbour, circuit } = end
    if (frame.kind === 'data') {
      end.budgetBytes -= frame.bytes.byteLength
      const isTooMuch = end.budgetBytes < 0 || neighbour.channel.queuedBytes > maxQueuedBytes
      if (isTooMuch) {
        send(from, { kind: 'close', circuit: frame.circuit, reason: 'more was sent than the relay takes' })
        this.#end(from, frame.circuit, 'more was sent than the relay takes')
        return
      }
    }
    if (frame.kind === 'credit') {
      const back = neighbour.ends.get(circuit) as typeof end
      back.budgetBytes = Math.min(back.budgetBytes + frame.bytes, circuitWindowBytes)
    }
    send(neighbour, { ...frame, circuit })
  }

  /** Takes the circuit away, and tells where it went on; the channel that it was said on knows already. */
  #end(neighbour: Neighbour, circuit: number, reason: string): void {
    const end = neighbour.ends.get(circuit)
    if (end === undefined) return
    neighbour.ends.delete(circuit)
    if ('stream' in end) {
      end.stream.ended(reason)
      return
    }
    this.#relayed--
    end.neighbour.ends.delete(end.circuit)
    send(end.neighbour, { kind: 'close', circuit: end.circuit, reason })
  }

  #stream(neighbour: Neighbour, circuit: number): CircuitStream {
    const stream = new CircuitStream({
      data: (bytes) => send(neighbour, { kind: 'data', circuit, bytes }),
      credit: (bytes) => send(neighbour, { kind: 'credit', circuit, bytes }),
      closed: (reason) => {
        if (neighbour.ends.delete(circuit)) send(neighbour, { kind: 'close', circuit, reason })
      },
    })
    neighbour.ends.set(circuit, { stream })
    return stream
  }

  #number(neighbour: Neighbour): number {
    do {
      neighbour.nextCircuit = (neighbour.nextCircuit + 2) >>> 0
    } while (neighbour.ends.has(neighbour.nextCircuit))
    return neighbour.nextCircuit
  }
}

function send({ channel }: Neighbour, frame: CircuitFrame): void {
  channel.send(encodeCircuitFrame(frame))
}
