import { headerBytes, isSameQuestion, maxMessageBytes } from './wire.ts'

export interface Server {
  address: string
  port: number
}

type UdpSocket = Bun.udp.ConnectedSocket<'uint8array'>

interface Waiting {
  question: Uint8Array
  resolve(bytes: Uint8Array): void
}

/** Sockets of one server: answers are told from forged ones by port, id and question. */
const socketCount = 8
const dnsPort = 53

/** One name server of the host, asked over UDP by a few connected sockets, or over TCP by a connection a query. */
export class Upstream {
  readonly server: Server
  readonly #sockets: { socket: UdpSocket; waiting: Map<number, Waiting> }[] = []

  private constructor(server: Server) {
    this.server = server
  }

  static async open(server: Server): Promise<Upstream> {
    const upstream = new Upstream(server)
    for (let index = 0; index < socketCount; index++) await upstream.#openSocket()
    return upstream
  }

  static serverOf = (address: string): Server => ({ address, port: dnsPort })

  async #openSocket(): Promise<void> {
    const waiting = new Map<number, Waiting>()
    const socket = await Bun.udpSocket({
      connect: { hostname: this.server.address, port: this.server.port },
      binaryType: 'uint8array',
      socket: {
        data(_socket, bytes) {
          if (bytes.length < headerBytes) return
          const id = (bytes[0]! << 8) | bytes[1]!
          const one = waiting.get(id)
          if (one === undefined) return
          const question = bytes.subarray(headerBytes, headerBytes + one.question.length)
          if (isSameQuestion(question, one.question)) one.resolve(new Uint8Array(bytes))
        },
        // Nobody listens there: the query's time runs out, and the next server is asked.
        error() {},
      },
    })
    this.#sockets.push({ socket, waiting })
  }

  /** Asks over UDP; undefined when no answer came in time. `query` begins with two bytes for the id, which are set here. */
  async askUdp(query: Uint8Array, question: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
    const random = crypto.getRandomValues(new Uint16Array(2))
    const { socket, waiting } = this.#sockets[random[0]! % socketCount]!
    let id = random[1]!
    while (waiting.has(id)) id = (id + 1) & 0xffff
    query[0] = id >> 8
    query[1] = id & 255
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>()
    const timer = setTimeout(() => resolve(undefined), timeoutMs)
    waiting.set(id, { question, resolve })
    try {
      socket.send(query)
      return await promise
    } catch {
      return undefined
    } finally {
      clearTimeout(timer)
      waiting.delete(id)
    }
  }

  /** Asks over TCP; undefined when there was no answer in time, or no connection. */
  async askTcp(query: Uint8Array, question: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
    const [id] = crypto.getRandomValues(new Uint16Array(1))
    query[0] = id! >> 8
    query[1] = id! & 255
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>()
    const timer = setTimeout(() => resolve(undefined), timeoutMs)
    let received = Buffer.alloc(0)
    const end = () => resolve(undefined)
    const connecting = Bun.connect({
      hostname: this.server.address,
      port: this.server.port,
      socket: {
        open(socket) {
          socket.write(Buffer.concat([Uint8Array.of(query.length >> 8, query.length & 255), query]))
        },
        data(_socket, data) {
          received = Buffer.concat([received, data])
          if (received.length > maxMessageBytes + 2) return end()
          if (received.length < 2 || received.length < 2 + received.readUInt16BE()) return
          const bytes = new Uint8Array(received.subarray(2, 2 + received.readUInt16BE()))
          const isOurs = bytes[0] === query[0] && bytes[1] === query[1]
          const asked = bytes.subarray(headerBytes, headerBytes + question.length)
          resolve(isOurs && isSameQuestion(asked, question) ? bytes : undefined)
        },
        end,
        close: end,
        error: end,
        connectError: end,
      },
    })
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      connecting.then((socket) => socket.terminate()).catch(() => undefined)
    }
  }

  close(): void {
    for (const { socket } of this.#sockets) socket.close()
  }
}
