import { isIP } from 'node:net'
import { receiveBuffer, sendBuffer, tuneSocket } from './socket-options.ts'

/** What a UDXSocket needs of UDP, with the traps of Bun.udpSocket (1.4.5) closed. */
export interface DatagramHandler {
  datagram(bytes: Buffer, port: number, host: string, family: 4 | 6): void
}

type BunSocket = Bun.udp.Socket<'buffer'>

const defaultTtl = 64
/** Datagrams that wait while the kernel's buffer is full; more are dropped, as the network does. */
const maxWaiting = 512

interface Waiting {
  bytes: Uint8Array
  port: number
  host: string
  ttl: number
}

export class DatagramSocket {
  readonly family: 4 | 6
  readonly host: string
  readonly #socket: BunSocket
  readonly #waiting: Waiting[] = []
  #ttl = defaultTtl
  #isClosed = false

  /** Throws when the address is in use or not ours. */
  constructor(
    port: number,
    host: string,
    flags: { ipv6Only: boolean; reuseAddress: boolean },
    handler: DatagramHandler,
  ) {
    this.host = host
    this.family = isIP(host) === 6 ? 6 : 4
    const opening = Bun.udpSocket({
      hostname: host,
      port,
      binaryType: 'buffer',
      // Undocumented: libuv's numbers.
      flags: (flags.ipv6Only ? 8 : 0) | (flags.reuseAddress ? 16 : 0),
      socket: {
        data: (_socket: BunSocket, bytes: Buffer, fromPort: number, fromHost: string) => {
          try {
            this.#receive(handler, bytes, fromPort, fromHost)
          } catch (error) {
            // Bun hands what is thrown here to `error` below, where a bug of ours would vanish.
            process.nextTick(() => {
              throw error
            })
          }
        },
        drain: () => this.#drain(),
        // Without a handler an ICMP error is an uncaught exception.
        error: () => {},
      },
    } as unknown as Parameters<typeof Bun.udpSocket>[0])
    // The bind itself is synchronous, only its wrapper is a promise: udx-native's API needs the port at once.
    const opened = Bun.peek(opening) as unknown
    if (opened === opening) throw new Error('Bun.udpSocket no longer binds synchronously: this Bun is not supported')
    this.#socket = opened as BunSocket
    tuneSocket(this.#fd, this.family)
  }

  get port(): number {
    return this.#socket.port
  }

  get receiveBufferBytes(): number {
    return receiveBuffer.get(this.#fd)
  }

  set receiveBufferBytes(bytes: number) {
    receiveBuffer.set(this.#fd, bytes)
  }

  get sendBufferBytes(): number {
    return sendBuffer.get(this.#fd)
  }

  set sendBufferBytes(bytes: number) {
    sendBuffer.set(this.#fd, bytes)
  }

  /** Never throws and never waits: UDP may lose what it cannot send. `ttl` 0 is the socket's own. */
  send(bytes: Uint8Array, port: number, host: string, ttl: number): void {
    if (this.#isClosed) return
    if (this.#waiting.length === 0 && this.#trySend(bytes, port, host, ttl)) return
    if (this.#waiting.length < maxWaiting) this.#waiting.push({ bytes, port, host, ttl })
  }

  setTtl(ttl: number): void {
    this.#ttl = ttl
    this.#socket.setTTL(ttl)
  }

  addMembership(group: string, interfaceAddress?: string): boolean {
    return this.#socket.addMembership(group, interfaceAddress)
  }

  dropMembership(group: string, interfaceAddress?: string): boolean {
    return this.#socket.dropMembership(group, interfaceAddress)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting.length = 0
    this.#socket.close()
  }

  get #fd(): number {
    return (this.#socket as unknown as { fd: number }).fd
  }

  #receive(handler: DatagramHandler, bytes: Buffer, port: number, host: string): void {
    if (this.#isClosed) return
    // A dual-stack socket shows IPv4 as mapped addresses.
    if (this.family === 4) handler.datagram(bytes, port, host, 4)
    else if (host.startsWith('::ffff:') && host.includes('.')) handler.datagram(bytes, port, host.slice(7), 4)
    else handler.datagram(bytes, port, host, 6)
  }

  /** False when the kernel's buffer is full. */
  #trySend(bytes: Uint8Array, port: number, host: string, ttl: number): boolean {
    const hasOwnTtl = ttl !== 0 && ttl !== this.#ttl
    try {
      if (hasOwnTtl) this.#socket.setTTL(ttl)
      return this.#socket.send(bytes, port, host)
    } catch (error) {
      // Unreachable, refused, too big, no such address: lost, as on the wire.
      return (error as NodeJS.ErrnoException).code !== 'EAGAIN'
    } finally {
      if (hasOwnTtl) this.#socket.setTTL(this.#ttl)
    }
  }

  #drain(): void {
    let sent = 0
    for (const { bytes, port, host, ttl } of this.#waiting) {
      if (!this.#trySend(bytes, port, host, ttl)) break
      sent++
    }
    this.#waiting.splice(0, sent)
  }
}
