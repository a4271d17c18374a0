import { type Acknowledgement, bulkLane, controlLane, type DataFrame, decodeFrame, type Frame } from './frame.ts'
import { encodeHello, type Hello, isSameHalf, linkFormat, parseHello, type SessionHalf } from './hello.ts'
import { KeepAlive } from './keep-alive.ts'
import type { LinkEffect } from './link-effect.ts'
import type { PeerKey, Priority, Way } from './links.ts'
import { isBetter, type OpenWay } from './open-way.ts'
import type { Sender } from './send-lane.ts'
import { Session, type Waiting } from './session.ts'
import { LinkViolation } from './violation.ts'

/** A connection whose peer says no hello in this time is closed. */
const helloTimeoutMs = 5000
/** Connections at a time; one more and the oldest that is not used is closed: its end may not have been heard of. */
const maxWays = 8

export interface LinkOptions {
  self: PeerKey
  peer: PeerKey
  /** Of this process: 16 random bytes in hex. */
  process: string
  protocols: readonly { name: string; priority: Priority }[]
  /** A session that no way was found for in this time is given up. */
  giveUpMs: number
}

/**
 * The link with one peer as a pure machine: connections that come and go, one of which is used, and a session above them.
 * The end with the smaller key chooses the way and closes the others, so that simultaneous dials end alike on both: it
 * says `use` on the way it takes, the other follows and says it back. A way is changed by sending all that was not
 * acknowledged again.
 */
export class Link {
  readonly #options: LinkOptions
  readonly #isChooser: boolean
  readonly #ways = new Map<number, OpenWay>()
  #effects: LinkEffect[] = []
  #self: SessionHalf
  #session: Session | undefined
  #isOpen = false
  #active: OpenWay | undefined
  /** Ways chosen in this session so far. */
  #choice = 0
  #wayLostAtMs: number | undefined
  wayChanges = 0
  lastError: string | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#isChooser = options.self < options.peer
    this.#self = { process: options.process, session: 0 }
  }

  /** The connection that is used. */
  get activeWay(): number | undefined {
    return this.#active?.id
  }

  get rttMs(): number | undefined {
    return this.#active?.keepAlive.rttMs
  }

  /** Bytes that were sent and have not been on any way yet. */
  get waitingBytes(): number {
    return this.#session?.waitingBytes ?? 0
  }

  /** Bytes that were sent and are kept until they are acknowledged. */
  get keptBytes(): number {
    return this.#session?.keptBytes ?? 0
  }

  get resentBytes(): number {
    return this.#session?.resentBytes ?? 0
  }

  get acknowledgement(): Acknowledgement {
    return this.#session?.acknowledgement ?? [0, 0]
  }

  takeEffects(): LinkEffect[] {
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  /** A connection with the peer is there. */
  open(id: number, way: Way, nowMs: number): void {
    this.#makeRoom()
    const keepAlive = new KeepAlive(this.#isChooser, nowMs)
    this.#ways.set(id, { id, way, openedAtMs: nowMs, isAttached: false, challengeToken: undefined, keepAlive })
    const hello: Hello = {
      format: linkFormat,
      self: this.#self,
      peer: this.#session?.peer,
      received: [...this.acknowledgement],
      protocols: this.#options.protocols.map(({ name }) => name),
    }
    this.#effects.push({
      kind: 'write',
      way: id,
      frame: { kind: 'hello', text: encodeHello(hello) },
      acknowledgement: [0, 0],
    })
  }

  /** A connection has ended. */
  lost(id: number, reason: string, nowMs: number): void {
    const way = this.#ways.get(id)
    if (way === undefined) return
    this.#ways.delete(id)
    this.lastError = reason
    if (way === this.#active) this.#activeLost(nowMs)
  }

  /** True once the peer's hello has come on it. */
  isAttached(id: number): boolean {
    return this.#ways.get(id)?.isAttached ?? false
  }

  /** The way in use may be dead: asks now. */
  doubt(nowMs: number): void {
    if (this.#active !== undefined) this.#ping(this.#active, nowMs)
  }

  /** A connection travels another way than it did. */
  wayChanged(id: number, way: Way, nowMs: number): void {
    const open = this.#ways.get(id)
    if (open === undefined) return
    open.way = way
    this.#choose(nowMs)
    this.#effects.push({ kind: 'changed' })
  }

  /** Does nothing unless a session is open. */
  send(sender: Sender, message: Uint8Array): void {
    if (!this.#isOpen) return
    const { priority } = this.#options.protocols[sender.protocol]!
    this.#session!.send(priority === 'control' ? controlLane : bulkLane, sender, message)
  }

  receive(id: number, bytes: Buffer, nowMs: number): void {
    const way = this.#ways.get(id)
    if (way === undefined) return
    try {
      const decoded = decodeFrame(bytes)
      way.keepAlive.heard(nowMs)
      if (decoded === undefined) {
        if (way.isAttached) return
        throw new LinkViolation('something before hello')
      }
      if (decoded.frame.kind === 'hello') this.#hello(way, decoded.frame.text, nowMs)
      else if (decoded.frame.kind === 'bye') this.#bye(way, decoded.frame.reason)
      else if (!way.isAttached) throw new LinkViolation(`${decoded.frame.kind} before hello`)
      else this.#receive(way, decoded.frame, decoded.acknowledgement, nowMs)
    } catch (error) {
      if (!(error instanceof LinkViolation)) throw error
      this.lastError = error.message
      // What the ends believe of each other does not fit: nothing short of a new session helps.
      if (way.isAttached) this.end(error.message)
      else this.#close(way, error.message)
    }
  }

  /**
   * The next data frame for the way that is used; undefined when there is none or it is full. The effects so far must have
   * been carried out: what they say on the way comes first.
   */
  take(waiting: Waiting, nowMs: number): DataFrame | undefined {
    if (this.#effects.length > 0) throw new Error('a data frame was asked for before the effects were carried out')
    if (this.#active === undefined || !this.#isOpen) return undefined
    return this.#session!.take(waiting, nowMs)
  }

  /** Says by itself what found no data frame to go with, and does what is due. After `take`. */
  advance(nowMs: number): void {
    for (const way of this.#ways.values()) {
      if (way === this.#active) this.#keepAlive(way, nowMs)
      else if (way.isAttached) this.#keepInReserve(way, nowMs)
      else if (nowMs >= way.openedAtMs + helloTimeoutMs) this.#close(way, 'the peer said no hello')
    }
    if (this.#active !== undefined && this.#session!.isAcknowledgementDue(nowMs)) {
      this.#session!.acknowledgementSent()
      this.#write(this.#active, { kind: 'acknowledgement' })
    }
    if (this.#wayLostAtMs !== undefined && nowMs >= this.#wayLostAtMs + this.#options.giveUpMs) {
      this.end(`no way was found for ${this.#options.giveUpMs / 1000} s`)
    }
  }

  /** When `advance` has something to do. */
  deadlineMs(): number {
    let atMs = this.#wayLostAtMs === undefined ? Number.POSITIVE_INFINITY : this.#wayLostAtMs + this.#options.giveUpMs
    for (const way of this.#ways.values()) {
      if (way === this.#active) continue
      const wayMs = way.isAttached ? way.keepAlive.reserveDeadlineMs() : way.openedAtMs + helloTimeoutMs
      atMs = Math.min(atMs, wayMs)
    }
    if (this.#active === undefined) return atMs
    const { isOutstanding, acknowledgeAtMs } = this.#session!
    return Math.min(atMs, this.#active.keepAlive.deadlineMs(isOutstanding), acknowledgeAtMs ?? Number.POSITIVE_INFINITY)
  }

  /** Ends the session and all connections; those that come later begin a new one. */
  end(reason: string): void {
    for (const way of this.#ways.values()) {
      // Also where its hello has not come: ours may have.
      this.#write(way, { kind: 'bye', reason })
      this.#close(way, reason)
    }
    this.#endSession(reason)
    this.#self = { process: this.#self.process, session: this.#self.session + 1 }
  }

  #hello(way: OpenWay, text: string, nowMs: number): void {
    if (way.isAttached) throw new LinkViolation('a second hello')
    const hello = parseHello(text)
    const known = this.#session?.peer
    if (known !== undefined && !isSameHalf(known, hello.self)) {
      const isOld = known.process === hello.self.process && hello.self.session < known.session
      if (isOld) {
        this.#close(way, 'the connection is of a session that is over')
        return
      }
      for (const other of this.#ways.values()) {
        if (other.isAttached) this.#close(other, 'the peer has begun a new session')
      }
      this.#endSession('the peer has begun a new session')
    }
    this.#session ??= new Session(hello.self, hello.protocols)
    if (!this.#session.fits(hello, this.#self)) {
      this.end('the two ends disagree on what was sent')
      return
    }
    way.isAttached = true
    this.#choose(nowMs)
    if (this.#isChooser && this.#active !== undefined && way !== this.#active) {
      // It may be here because the peer knows that the way in use is dead.
      way.challengeToken = this.#ping(this.#active, nowMs)
    }
  }

  #receive(way: OpenWay, frame: Frame, acknowledgement: Acknowledgement | undefined, nowMs: number): void {
    const session = this.#session!
    if (acknowledgement !== undefined) session.acknowledged(acknowledgement, nowMs)
    switch (frame.kind) {
      case 'data': {
        if (!this.#isOpen) throw new LinkViolation('data before use')
        const received = session.received(frame, nowMs)
        if (received === undefined) return
        const protocol = session.peerProtocols[received.protocol]!
        this.#effects.push({ kind: 'message', protocol, message: received.message })
        return
      }
      case 'ping':
        if (!this.#isChooser && frame.rttUs > 0) way.keepAlive.rttMs = frame.rttUs / 1000
        this.#write(way, { kind: 'pong', token: frame.token })
        return
      case 'pong':
        if (way.keepAlive.answered(frame.token, nowMs) && way === this.#active) this.#closeChallengers(frame.token)
        return
      case 'use':
        this.#chosen(way, frame.choice)
    }
  }

  #chosen(way: OpenWay, choice: number): void {
    if (this.#isChooser) {
      if (way === this.#active && choice === this.#choice) this.#closeOthers()
      return
    }
    if (choice <= this.#choice) return
    this.#choice = choice
    this.#use(way)
    this.#write(way, { kind: 'use', choice })
  }

  #bye(way: OpenWay, reason: string): void {
    this.lastError = `the peer ended the session: ${reason.slice(0, 200)}`
    if (way.isAttached) this.end(this.lastError)
    else this.#close(way, this.lastError)
  }

  /** At the end that chooses: takes the best way, unless the one in use is as good. */
  #choose(nowMs: number): void {
    if (!this.#isChooser) return
    let best = this.#active
    for (const way of this.#ways.values()) {
      if (way.isAttached && (best === undefined || isBetter(way.way, best.way))) best = way
    }
    if (best === undefined || best === this.#active) return
    this.#use(best)
    this.#write(best, { kind: 'use', choice: ++this.#choice })
    this.#ping(best, nowMs)
  }

  #use(way: OpenWay): void {
    if (way === this.#active) return
    if (this.#isOpen) this.wayChanges++
    this.#active = way
    way.challengeToken = undefined
    way.keepAlive.begin()
    this.#wayLostAtMs = undefined
    this.#session!.rewind()
    if (!this.#isOpen) {
      this.#isOpen = true
      this.#effects.push({ kind: 'opened' })
    }
    this.#effects.push({ kind: 'changed' })
  }

  #keepAlive(way: OpenWay, nowMs: number): void {
    const due = way.keepAlive.due(nowMs, this.#session!.isOutstanding)
    if (due === 'ping') this.#ping(way, nowMs)
    if (due !== 'dead') return
    const reason = 'the peer stopped answering'
    this.lastError = reason
    this.#close(way, reason)
    this.#activeLost(nowMs)
  }

  #keepInReserve(way: OpenWay, nowMs: number): void {
    const due = way.keepAlive.dueInReserve(nowMs)
    if (due === 'ping') this.#ping(way, nowMs)
    else if (due === 'dead') this.#close(way, 'the peer stopped answering')
  }

  #activeLost(nowMs: number): void {
    this.#active = undefined
    this.#wayLostAtMs = nowMs
    this.#effects.push({ kind: 'changed' })
    this.#choose(nowMs)
  }

  #ping(way: OpenWay, nowMs: number): number {
    const token = way.keepAlive.ping(nowMs)
    this.#write(way, { kind: 'ping', token, rttUs: Math.round((way.keepAlive.rttMs ?? 0) * 1000) })
    return token
  }

  /** The way in use answered a ping that was sent after they had come. */
  #closeChallengers(token: number): void {
    for (const way of this.#ways.values()) {
      if (way.challengeToken !== undefined && way.challengeToken <= token) this.#closeUnlessBetterLater(way)
    }
  }

  #closeOthers(): void {
    for (const way of this.#ways.values()) {
      if (way.isAttached && way !== this.#active) this.#closeUnlessBetterLater(way)
    }
  }

  /** A relayed connection is kept beside a WebSocket: it may become direct. */
  #closeUnlessBetterLater(way: OpenWay): void {
    way.challengeToken = undefined
    if (way.way === 'relayed' && this.#active!.way === 'websocket') return
    this.#close(way, 'another connection is used')
  }

  #makeRoom(): void {
    if (this.#ways.size < maxWays) return
    for (const way of this.#ways.values()) {
      if (way === this.#active) continue
      this.#close(way, 'there are newer connections')
      return
    }
  }

  #write(way: OpenWay, frame: Frame): void {
    this.#effects.push({ kind: 'write', way: way.id, frame, acknowledgement: this.acknowledgement })
  }

  #close(way: OpenWay, reason: string): void {
    this.#ways.delete(way.id)
    this.#effects.push({ kind: 'close', way: way.id, reason })
  }

  #endSession(reason: string): void {
    const wasOpen = this.#isOpen
    this.#session = undefined
    this.#choice = 0
    this.#isOpen = false
    this.#active = undefined
    this.#wayLostAtMs = undefined
    this.wayChanges = 0
    if (wasOpen) this.#effects.push({ kind: 'closed', reason }, { kind: 'changed' })
  }
}
