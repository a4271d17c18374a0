import type { Logger } from '../logger/logger.ts'
import { type Channel, type ChannelHandlers, maxMessageBytes, type PeerKey, type Protocol } from './links.ts'
import type { Sender } from './send-lane.ts'

/** More than this waiting in a channel and `send` says false; less than half and it is drained. */
const highWaterBytes = 1024 * 1024
/** A protocol that does not wait for `drained` ends the session. */
const maxWaitingBytes = 64 * 1024 * 1024

export interface ChannelsOwner {
  peer: PeerKey
  log: Logger
  send(sender: Sender, message: Uint8Array): void
  /** A protocol did what it must not. */
  failed(reason: string): void
}

interface Opened {
  protocol: Protocol
  sender: Sender
  handlers: ChannelHandlers | undefined
  /** True after `send` said false. */
  isFull: boolean
}

/**
 * One session's channels, one for each protocol of this node. Why not Protomux: its channels are opened and paired by a
 * handshake of their own on one stream, they know nothing of priorities, and what they queue has no bound; here all
 * protocols are known beforehand, so that a channel is an index in a frame.
 */
export class Channels {
  readonly #owner: ChannelsOwner
  readonly #channels: Opened[] = []
  readonly #byName = new Map<string, Opened>()
  readonly #unknown = new Set<string>()
  #isOpen = true

  constructor(owner: ChannelsOwner, protocols: readonly Protocol[]) {
    this.#owner = owner
    for (const [index, protocol] of protocols.entries()) {
      const opened: Opened = {
        protocol,
        sender: { protocol: index, queuedBytes: 0 },
        handlers: undefined,
        isFull: false,
      }
      this.#channels.push(opened)
      this.#byName.set(protocol.name, opened)
    }
    for (const opened of this.#channels) {
      this.#guard(opened, () => {
        opened.handlers = opened.protocol.opened(this.#channelOf(opened))
      })
    }
  }

  received(name: string, message: Uint8Array): void {
    const opened = this.#byName.get(name)
    if (opened !== undefined) {
      this.#guard(opened, () => opened.handlers?.received(message))
    } else if (!this.#unknown.has(name)) {
      this.#unknown.add(name)
      this.#owner.log.warn('messages of a protocol that is not known here are dropped', {
        protocol: name,
        peer: this.#owner.peer,
      })
    }
  }

  /** After frames went out. */
  drained(): void {
    for (const opened of this.#channels) {
      if (!opened.isFull || opened.sender.queuedBytes > highWaterBytes / 2) continue
      opened.isFull = false
      this.#guard(opened, () => opened.handlers?.drained?.())
    }
  }

  /** The session is over. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    for (const opened of this.#channels) {
      try {
        opened.handlers?.closed?.()
      } catch (error) {
        this.#say(opened, error)
      }
    }
  }

  #channelOf(opened: Opened): Channel {
    const { sender } = opened
    const send = (message: Uint8Array) => this.#send(opened, message)
    return {
      peer: this.#owner.peer,
      send,
      get queuedBytes() {
        return sender.queuedBytes
      },
    }
  }

  #send(opened: Opened, message: Uint8Array): boolean {
    if (!this.#isOpen) return false
    if (message.length > maxMessageBytes) {
      throw new RangeError(
        `a message of ${message.length} bytes on ${opened.protocol.name}: at most ${maxMessageBytes}`,
      )
    }
    if (opened.sender.queuedBytes > maxWaitingBytes) {
      this.#owner.failed(`protocol ${opened.protocol.name} does not wait while its channel is full`)
      return false
    }
    this.#owner.send(opened.sender, message)
    opened.isFull ||= opened.sender.queuedBytes > highWaterBytes
    return !opened.isFull
  }

  #guard(opened: Opened, call: () => void): void {
    if (!this.#isOpen) return
    try {
      call()
    } catch (error) {
      this.#say(opened, error)
      this.#owner.failed(`protocol ${opened.protocol.name} failed`)
    }
  }

  #say(opened: Opened, error: unknown): void {
    this.#owner.log.error('a protocol failed; the session with the peer is ended', {
      protocol: opened.protocol.name,
      peer: this.#owner.peer,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
}
