import type { Socket, TCPSocketListener } from 'bun'
import type { Logger } from '../../../mesh/logger/logger.ts'

/** From a query's bytes to the answer's; undefined for none. */
export type Resolve = (bytes: Uint8Array, isTcp: boolean) => Uint8Array | undefined | Promise<Uint8Array | undefined>

export interface DnsServerOptions {
  address: string
  port: number
  resolve: Resolve
  log: Logger
}

interface Connection {
  received: Buffer
  /** Answers under way. */
  pending: number
  /** Answers that the client did not take yet. */
  unsent: Uint8Array[]
}

const maxConnections = 512
/** More from one connection and it is closed: a query is small, and its answer must be read. */
const maxPendingAConnection = 100
const maxReceivedBytes = 65_537
const idleSeconds = 10
const maxUnsentBytes = 256 * 1024

/** DNS over UDP and TCP at one address. */
export class DnsServer {
  readonly #options: DnsServerOptions
  #udp: Bun.udp.Socket<'uint8array'> | undefined
  #tcp: TCPSocketListener<Connection> | undefined
  #connections = 0

  private constructor(options: DnsServerOptions) {
    this.#options = options
  }

  /** Throws one clear error when the address is taken. */
  static async listen(options: DnsServerOptions): Promise<DnsServer> {
    const server = new DnsServer(options)
    try {
      await server.#listen()
      return server
    } catch (error) {
      server.stop()
      const { address, port } = options
      throw new Error(
        `DNS cannot listen at ${address}:${port}: ${(error as Error).message}. Is another DNS server there?`,
      )
    }
  }

  stop(): void {
    this.#udp?.close()
    this.#tcp?.stop(true)
  }

  async #listen(): Promise<void> {
    const { address, port } = this.#options
    this.#tcp = this.#listenTcp()
    this.#udp = await Bun.udpSocket({
      hostname: address,
      port,
      binaryType: 'uint8array',
      socket: {
        data: (socket, bytes, clientPort, clientAddress) => {
          const send = (answer: Uint8Array | undefined) => {
            // A full socket buffer loses the answer, as the network may: the client asks again.
            if (answer !== undefined && !socket.closed) socket.send(answer, clientPort, clientAddress)
          }
          this.#resolve(bytes, false, send)
        },
        // An answer did not reach its client.
        error() {},
      },
    })
  }

  /** The handler must never throw into the socket: a query that breaks something is logged and gets no answer. */
  #resolve(bytes: Uint8Array, isTcp: boolean, send: (answer: Uint8Array | undefined) => void): void {
    const failed = (error: unknown) => {
      const { log } = this.#options
      log.error('a DNS query failed', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
      send(undefined)
    }
    try {
      const answer = this.#options.resolve(bytes, isTcp)
      if (answer instanceof Promise) answer.then(send).catch(failed)
      else send(answer)
    } catch (error) {
      failed(error)
    }
  }

  #listenTcp(): TCPSocketListener<Connection> {
    return Bun.listen<Connection>({
      hostname: this.#options.address,
      port: this.#options.port,
      socket: {
        open: (socket) => {
          socket.data = { received: Buffer.alloc(0), pending: 0, unsent: [] }
          if (++this.#connections > maxConnections) socket.terminate()
          else socket.timeout(idleSeconds)
        },
        data: (socket, data) => this.#receive(socket, data),
        drain: (socket) => flush(socket),
        timeout: (socket) => {
          socket.end()
        },
        close: () => {
          this.#connections--
        },
        error: (socket) => {
          socket.terminate()
        },
      },
    })
  }

  #receive(socket: Socket<Connection>, data: Buffer): void {
    const connection = socket.data
    connection.received = Buffer.concat([connection.received, data])
    socket.timeout(idleSeconds)
    for (;;) {
      const { received } = connection
      const size = received.length < 2 ? undefined : received.readUInt16BE()
      if (size === undefined || received.length < 2 + size) break
      connection.received = received.subarray(2 + size)
      if (++connection.pending > maxPendingAConnection) return void socket.terminate()
      this.#resolve(new Uint8Array(received.subarray(2, 2 + size)), true, (answer) => {
        connection.pending--
        if (answer === undefined) return
        connection.unsent.push(Uint8Array.of(answer.length >> 8, answer.length & 255), answer)
        flush(socket)
      })
    }
    if (connection.received.length > maxReceivedBytes) socket.terminate()
  }
}

function flush(socket: Socket<Connection>): void {
  const { unsent } = socket.data
  const bytes = Buffer.concat(unsent)
  const written = socket.write(bytes)
  if (written < 0 || bytes.length - written > maxUnsentBytes) socket.terminate()
  socket.data.unsent = written < bytes.length ? [bytes.subarray(Math.max(0, written))] : []
}
