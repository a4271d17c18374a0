import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logger/logger.ts'
import { Channels } from './channels.ts'
import { Dialler } from './dialler.ts'
import { closeUnheard } from './first-to-open.ts'
import { Link } from './link.ts'
import type { LinkEffect } from './link-effect.ts'
import type { LinkStatus, PeerAddresses, PeerKey, Protocol } from './links.ts'
import { OpenConnection } from './open-connection.ts'
import type { Connection, LinkTransport } from './transport.ts'

export interface PeerOptions {
  self: PeerKey
  peer: PeerKey
  /** Of this process: 16 random bytes in hex. */
  process: string
  protocols: readonly Protocol[]
  addresses: PeerAddresses
  transports: readonly LinkTransport[]
  giveUpMs: number
  clock: Clock
  random: () => number
  log: Logger
  changed(): void
}

/** The shell of one link: connections, timers, channels and dials around the pure machine. */
export class Peer {
  readonly #options: PeerOptions
  readonly #link: Link
  readonly #connections = new Map<number, { open: OpenConnection; transport: LinkTransport | undefined }>()
  readonly #diallers: readonly Dialler[]
  #channels: Channels | undefined
  #nextWay = 0
  #sentBytes = 0
  #receivedBytes = 0
  #isConnected = false
  /** Connected, or not, since then. */
  #sinceMs: number
  #dialError: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  #isPumpPlanned = false
  #isRunning = false
  #isClosed = false

  constructor(options: PeerOptions) {
    const { self, peer, process, protocols, giveUpMs } = options
    this.#options = options
    this.#sinceMs = options.clock.nowMs()
    this.#link = new Link({ self, peer, process, protocols, giveUpMs })
    this.#diallers = options.transports.map(
      (transport) =>
        new Dialler({
          transport,
          peer,
          addresses: options.addresses,
          random: options.random,
          monotonicMs: () => options.clock.monotonicMs(),
          isPending: () => this.#isPending(transport),
          opened: (connection) => this.take(connection, transport),
          failed: (error) => {
            this.#dialError = error.message
          },
        }),
    )
    this.#planDials()
  }

  status(): LinkStatus {
    const active = this.#active()
    const link = this.#link
    return {
      peer: this.#options.peer,
      state: active === undefined ? 'connecting' : 'connected',
      way: active?.connection.way,
      via: active?.connection.via,
      rttMs: link.rttMs,
      sentBytes: this.#sentBytes,
      receivedBytes: this.#receivedBytes,
      resentBytes: link.resentBytes,
      lostPackets: (active?.connection.stream.rawStream as { retransmits?: number } | undefined)?.retransmits,
      wayChanges: link.wayChanges,
      sinceMs: this.#sinceMs,
      lastError: link.lastError ?? this.#dialError,
    }
  }

  set addresses(addresses: PeerAddresses) {
    for (const dialler of this.#diallers) dialler.addresses = addresses
  }

  /** Takes over a connection, whoever dialled. */
  take(connection: Connection, transport?: LinkTransport): void {
    if (this.#isClosed) {
      closeUnheard(connection.stream)
      return
    }
    const id = this.#nextWay++
    const open = new OpenConnection(connection, {
      received: (bytes) => {
        this.#receivedBytes += bytes.length
        this.#link.receive(id, bytes, this.#nowMs())
        this.#run()
        this.#planPump()
      },
      drained: () => {
        if (id === this.#link.activeWay) this.#pump()
      },
      lost: (reason) => {
        this.#connections.delete(id)
        this.#link.lost(id, reason, this.#nowMs())
        this.#pump()
      },
    })
    this.#connections.set(id, { open, transport })
    this.#link.open(id, connection.way, this.#nowMs())
    this.#pump()
  }

  wayChanged(connection: Connection): void {
    for (const [id, { open }] of this.#connections) {
      if (open.connection === connection) this.#link.wayChanged(id, connection.way, this.#nowMs())
    }
    this.#pump()
  }

  networkChanged(): void {
    this.#link.doubt(this.#nowMs())
    for (const dialler of this.#diallers) dialler.dialNow()
    this.#pump()
  }

  /** Ends the session and everything else; resolves when the peer was told why, or cannot be. */
  async close(reason: string): Promise<void> {
    this.#isClosed = true
    for (const dialler of this.#diallers) dialler.stop()
    const open = [...this.#connections.values()].map((connection) => connection.open)
    this.#link.end(reason)
    this.#run()
    clearTimeout(this.#timer)
    await Promise.all(open.map(({ closed }) => closed))
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs()
  }

  #active(): OpenConnection | undefined {
    const way = this.#link.activeWay
    return way === undefined ? undefined : this.#connections.get(way)?.open
  }

  #isPending(transport: LinkTransport): boolean {
    for (const [id, connection] of this.#connections) {
      if (connection.transport === transport && !this.#link.isAttached(id)) return true
    }
    return false
  }

  /** At the end of the turn: what comes in one turn is answered by one acknowledgement. */
  #planPump(): void {
    if (this.#isPumpPlanned) return
    this.#isPumpPlanned = true
    setImmediate(() => {
      this.#isPumpPlanned = false
      this.#pump()
    })
  }

  /** Hands the way in use what it has room for, and does what is due. */
  #pump(): void {
    if (this.#isRunning) {
      this.#planPump()
      return
    }
    this.#run()
    const nowMs = this.#nowMs()
    const active = this.#active()
    if (active !== undefined) {
      for (;;) {
        const frame = this.#link.take(active.waiting, nowMs)
        if (frame === undefined) break
        this.#sentBytes += active.write(frame, this.#link.acknowledgement)
      }
      this.#channels?.drained()
    }
    this.#link.advance(nowMs)
    this.#run()
    this.#arm()
  }

  /** Carries out what the link asks for; what that brings about as well. */
  #run(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (let effects = this.#link.takeEffects(); effects.length > 0; effects = this.#link.takeEffects()) {
        for (const effect of effects) this.#do(effect)
      }
    } finally {
      this.#isRunning = false
    }
  }

  #do(effect: LinkEffect): void {
    switch (effect.kind) {
      case 'write': {
        const connection = this.#connections.get(effect.way)?.open
        this.#sentBytes += connection?.write(effect.frame, effect.acknowledgement) ?? 0
        return
      }
      case 'close':
        this.#connections.get(effect.way)?.open.end()
        this.#connections.delete(effect.way)
        return
      case 'opened':
        this.#opened()
        return
      case 'message':
        this.#channels?.received(effect.protocol, effect.message)
        return
      case 'closed': {
        const channels = this.#channels
        this.#channels = undefined
        this.#options.log.info('a session ended', { peer: this.#options.peer, reason: effect.reason })
        channels?.close()
        return
      }
      case 'changed':
        this.#changed()
    }
  }

  #opened(): void {
    const { peer, log, protocols } = this.#options
    this.#dialError = undefined
    const link = this.#link
    this.#channels = new Channels(
      {
        peer,
        log,
        send: (sender, message) => {
          link.send(sender, message)
          this.#sendSoon()
        },
        failed: (reason) => {
          link.end(reason)
          this.#planPump()
        },
      },
      protocols,
    )
  }

  #isSendPlanned = false

  /** After the present call: messages sent together go together. */
  #sendSoon(): void {
    if (this.#isSendPlanned) return
    this.#isSendPlanned = true
    queueMicrotask(() => {
      this.#isSendPlanned = false
      this.#pump()
    })
  }

  #changed(): void {
    const active = this.#active()
    const { peer, log, clock } = this.#options
    if (this.#isConnected !== (active !== undefined)) {
      this.#isConnected = !this.#isConnected
      this.#sinceMs = clock.nowMs()
    }
    if (active === undefined) log.debug('a link has no way', { peer, reason: this.#link.lastError })
    else log.debug('a link has a way', { peer, way: active.connection.way, via: active.connection.via })
    this.#planDials()
    this.#options.changed()
  }

  #planDials(): void {
    if (this.#isClosed) return
    const way = this.#link.activeWay
    const active = way === undefined ? undefined : this.#connections.get(way)
    for (const [index, transport] of this.#options.transports.entries()) {
      const isEnough = active?.open.connection.way === 'udp' || active?.transport === transport
      this.#diallers[index]!.want(active === undefined ? 'urgent' : isEnough ? undefined : 'better')
    }
  }

  #arm(): void {
    const atMs = this.#link.deadlineMs()
    if (this.#isClosed || atMs >= this.#timerAtMs) return
    clearTimeout(this.#timer)
    this.#timerAtMs = atMs
    const delayMs = Math.max(0, atMs - this.#nowMs())
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Number.POSITIVE_INFINITY
      this.#pump()
    }, delayMs)
  }
}
