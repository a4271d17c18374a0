import { EventEmitter } from 'node:events'
import { isIP } from 'node:net'
import { Counters } from './counters.ts'
import { DatagramSocket } from './datagram-socket.ts'
import type { UDXStream } from './stream.ts'
import type { UDX } from './udx.ts'

export interface UDXSocketOptions {
  ipv6Only?: boolean
  reuseAddress?: boolean
}

export interface SocketAddress {
  host: string
  family: 4 | 6
  port: number
}

/**
 * A UDP socket that streams share (udx-native's UDXSocket). Emits `listening`, `message` (bytes, address) for what is no
 * packet of a stream, `busy` and `idle` as the first stream comes and the last one goes, `close`.
 */
export class UDXSocket extends EventEmitter {
  readonly udx: UDX
  readonly streams = new Set<UDXStream>()
  readonly counters = new Counters()
  userData: unknown = null
  /** What the kernel dropped is not told by Bun: unknown. */
  readonly packetsDroppedByKernel = -1
  readonly #options: UDXSocketOptions
  #socket: DatagramSocket | undefined
  #closing: Promise<void> | undefined
  #isClosed = false

  constructor(udx: UDX, options: UDXSocketOptions = {}) {
    super()
    this.udx = udx
    this.#options = options
  }

  get bound(): boolean {
    return this.#socket !== undefined
  }

  get closing(): boolean {
    return this.#closing !== undefined
  }

  get idle(): boolean {
    return this.streams.size === 0
  }

  get busy(): boolean {
    return this.streams.size > 0
  }

  get bytesTransmitted(): number {
    return this.counters.bytesTransmitted
  }

  get packetsTransmitted(): number {
    return this.counters.packetsTransmitted
  }

  get bytesReceived(): number {
    return this.counters.bytesReceived
  }

  get packetsReceived(): number {
    return this.counters.packetsReceived
  }

  address(): SocketAddress | null {
    if (this.#socket === undefined) return null
    return { host: this.#socket.host, family: this.#socket.family, port: this.#socket.port }
  }

  toJSON() {
    const { bound, closing, idle, busy } = this
    const { ipv6Only = false, reuseAddress = false } = this.#options
    return { bound, closing, streams: this.streams.size, address: this.address(), ipv6Only, reuseAddress, idle, busy }
  }

  /** Without a host: all addresses, of both families where the machine has IPv6. Throws when the port is in use. */
  bind(port?: number, host?: string): void {
    if (this.bound) throw new Error('Already bound')
    if (this.closing) throw new Error('Socket is closed')
    if (host) {
      this.#socket = this.#open(port || 0, checkedHost(host))
    } else {
      try {
        this.#socket = this.#open(port || 0, '::')
      } catch {
        this.#socket = this.#open(port || 0, '0.0.0.0')
      }
    }
    this.emit('listening')
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = new Promise((resolve) => this.once('close', () => resolve()))
      this.#closeWhenIdle()
    }
    return this.#closing
  }

  async send(buffer: Uint8Array, port: number, host?: string, ttl?: number): Promise<boolean> {
    if (this.closing) return false
    this.trySend(buffer, port, host, ttl)
    return true
  }

  trySend(buffer: Uint8Array, port: number, host?: string, ttl?: number): void {
    if (this.closing) return
    const to = checkedHost(host || '127.0.0.1')
    if (!this.bound) this.bind(0)
    this.transmit(buffer, port, to, ttl || 0)
  }

  /** For streams: the address was checked before, and a closing socket still carries what its streams have to say. */
  transmit(datagram: Uint8Array, port: number, host: string, ttl = 0): void {
    this.counters.sent(datagram.length)
    this.udx.counters.sent(datagram.length)
    this.#socket?.send(datagram, port, host, ttl)
  }

  /** False when the stream was here already. */
  addStream(stream: UDXStream): boolean {
    if (this.streams.has(stream)) return false
    this.streams.add(stream)
    if (this.streams.size === 1) this.emit('busy')
    return true
  }

  removeStream(stream: UDXStream): boolean {
    if (!this.streams.delete(stream)) return false
    const isClosed = this.#closeWhenIdle()
    if (this.idle && !isClosed) this.emit('idle')
    return true
  }

  setTTL(ttl: number): void {
    this.#active().setTtl(ttl)
  }

  getRecvBufferSize(): number {
    return this.#active().receiveBufferBytes
  }

  setRecvBufferSize(bytes: number): void {
    this.#active().receiveBufferBytes = bytes
  }

  getSendBufferSize(): number {
    return this.#active().sendBufferBytes
  }

  setSendBufferSize(bytes: number): void {
    this.#active().sendBufferBytes = bytes
  }

  addMembership(group: string, interfaceAddress?: string): boolean {
    return this.#active().addMembership(group, interfaceAddress || undefined)
  }

  dropMembership(group: string, interfaceAddress?: string): boolean {
    return this.#active().dropMembership(group, interfaceAddress || undefined)
  }

  #open(port: number, host: string): DatagramSocket {
    const { ipv6Only = false, reuseAddress = false } = this.#options
    return new DatagramSocket(
      port,
      host,
      { ipv6Only, reuseAddress },
      {
        datagram: (bytes, fromPort, fromHost, family) => {
          this.counters.received(bytes.length)
          this.udx.counters.received(bytes.length)
          if (this.udx.dispatch(this, bytes, fromPort, fromHost, family)) return
          this.emit('message', bytes, { host: fromHost, family, port: fromPort })
        },
      },
    )
  }

  #closeWhenIdle(): boolean {
    if (this.#isClosed || this.#closing === undefined || this.busy) return this.#isClosed
    this.#isClosed = true
    // A stream's last packets of this turn still go out.
    setImmediate(() => {
      this.#socket?.close()
      this.emit('close')
    })
    return true
  }

  #active(): DatagramSocket {
    if (this.#socket === undefined) throw new Error('Socket not active')
    return this.#socket
  }
}

export function checkedHost(host: string): string {
  if (isIP(host) === 0) throw new Error(`${host} is not a valid IP address`)
  return host
}
