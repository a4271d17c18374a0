import { bindSocket, closeDescriptor, errnoText, openSocket, receive, send, setSocketOption } from './libc.ts'
import { decodeMessages, encodeMessage, flags, type Message, types } from './message.ts'

/** Protocol numbers of netlink families. */
export const families = { route: 0, netfilter: 12 }

/** The kernel's refusal of a request. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError'
  constructor(
    /** A positive errno. */
    readonly errno: number,
    what: string,
  ) {
    super(`${what}: ${errnoText(errno)}`)
  }
}

export const errnos = { EPERM: 1, ENOENT: 2, ESRCH: 3, EEXIST: 17, ENODEV: 19, ENOBUFS: 105, EADDRNOTAVAIL: 99 }

const socketLevel = 1
const netlinkLevel = 270
const options = { receiveBuffer: 8, receiveTimeout: 20, addMembership: 1 }

/**
 * One netlink socket in the network namespace of the calling thread. Requests are answered by the kernel before `send`
 * returns, so they are made synchronously: some microseconds each.
 */
export class NetlinkSocket {
  readonly #fd: number
  readonly #buffer = new Uint8Array(256 * 1024)
  #sequence = 1

  constructor(family: number) {
    const closeOnExec = 0x80000
    const raw = 3
    const netlinkDomain = 16
    this.#fd = openSocket(netlinkDomain, raw | closeOnExec, family)
    const address = new Uint8Array(12)
    address[0] = netlinkDomain
    bindSocket(this.#fd, address)
    // A kernel that never answers must not hold the thread.
    setSocketOption(this.#fd, socketLevel, options.receiveTimeout, new Uint8Array(new BigInt64Array([5n, 0n]).buffer))
  }

  /** Joins a multicast group, whose messages `poll` then returns. */
  join(group: number, receiveBufferBytes: number): void {
    setSocketOption(
      this.#fd,
      socketLevel,
      options.receiveBuffer,
      new Uint8Array(new Int32Array([receiveBufferBytes]).buffer),
    )
    setSocketOption(this.#fd, netlinkLevel, options.addMembership, new Uint8Array(new Int32Array([group]).buffer))
  }

  /** Sends a request and returns what the kernel answers; throws NetlinkError, whose text begins with `what`. */
  request(what: string, type: number, requestFlags: number, body: Uint8Array): Message[] {
    const sequence = this.#sequence++
    send(this.#fd, encodeMessage({ type, flags: requestFlags | flags.request | flags.ack, sequence, body }))
    const answers: Message[] = []
    for (;;) {
      const size = receive(this.#fd, this.#buffer, 0)
      if (size === undefined) throw new Error(`${what}: no answer from the kernel within 5 s`)
      for (const message of decodeMessages(this.#buffer.subarray(0, size))) {
        if (message.sequence !== sequence) continue
        if (message.type === types.done) return answers
        if (message.type !== types.error) {
          answers.push(message)
          continue
        }
        const errno = -new DataView(message.body.buffer, message.body.byteOffset).getInt32(0, true)
        if (errno !== 0) throw new NetlinkError(errno, what)
        return answers
      }
    }
  }

  /** Multicast messages that have arrived, without waiting. Throws SystemCallError ENOBUFS when some were lost. */
  poll(): Message[] {
    const dontWait = 0x40
    const messages: Message[] = []
    for (;;) {
      const size = receive(this.#fd, this.#buffer, dontWait)
      if (size === undefined || size === 0) return messages
      messages.push(...decodeMessages(this.#buffer.subarray(0, size)))
    }
  }

  close(): void {
    closeDescriptor(this.#fd)
  }
}
