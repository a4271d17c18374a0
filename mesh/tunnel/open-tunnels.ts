import type { Channel, ChannelHandlers, Links, PeerKey } from '../link/links.ts'
import type { Logger } from '../logger/logger.ts'
import { type SessionStream, TunnelSession } from './session.ts'
import { TunnelStream } from './tunnel-stream.ts'
import type { Tunnel, TunnelRequest, Tunnels } from './tunnels.ts'

const defaultDeadlineMs = 10_000

type Take = (tunnel: Tunnel, request: TunnelRequest, peer: PeerKey) => void | Promise<void>

/** Tunnels over these links; to be called before the links know any peer. They end with the links. */
export function openTunnels(links: Links, log: Logger): Tunnels {
  return new LinkTunnels(links, log)
}

class LinkTunnels implements Tunnels {
  readonly #log: Logger
  readonly #sessions = new Map<PeerKey, TunnelSession>()
  readonly #purposes = new Map<string, Take>()
  /** Who waits for a session with a peer. */
  readonly #waiters = new Set<() => void>()

  constructor(links: Links, log: Logger) {
    this.#log = log
    links.serve({ name: 'tunnel', priority: 'bulk', opened: (channel) => this.#opened(channel) })
  }

  accept(purpose: string, take: Take): void {
    this.#purposes.set(purpose, take)
  }

  async open(peer: PeerKey, request: TunnelRequest, deadlineMs = defaultDeadlineMs): Promise<Tunnel> {
    const endMs = performance.now() + deadlineMs
    const session = await this.#session(peer, endMs)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let isOpen = false
    const stream = session.open(JSON.stringify(request), {
      accepted: resolve,
      data: (bytes) => tunnel.received(bytes),
      ended: () => tunnel.ended(),
      reset: (reason) => (isOpen ? tunnel.wasReset(reason) : reject(new Error(reason))),
    })
    const tunnel = new TunnelStream(stream)
    const timer = setTimeout(() => {
      const late = `${shortOf(peer)} did not take a tunnel for ${request.purpose} in ${deadlineMs} ms`
      stream.reset(late)
      reject(new Error(late))
    }, endMs - performance.now())
    try {
      await promise
      isOpen = true
      return tunnel
    } finally {
      clearTimeout(timer)
    }
  }

  #opened(channel: Channel): ChannelHandlers {
    const { peer } = channel
    const session = new TunnelSession({
      send: (frame) => channel.send(frame),
      opening: (stream, request) => void this.#opening(stream, request, peer),
    })
    this.#sessions.set(peer, session)
    for (const wake of [...this.#waiters]) wake()
    return {
      received: (message) => session.receive(message),
      drained: () => session.drained(),
      closed: () => {
        if (this.#sessions.get(peer) === session) this.#sessions.delete(peer)
        session.close(`the link to ${shortOf(peer)} is gone`)
      },
    }
  }

  async #opening(stream: SessionStream, text: string, peer: PeerKey): Promise<void> {
    const tunnel = new TunnelStream(stream)
    stream.events = {
      data: (bytes) => tunnel.received(bytes),
      ended: () => tunnel.ended(),
      reset: (reason) => tunnel.wasReset(reason),
    }
    // Whoever takes it has listeners of its own; one that is refused has none.
    tunnel.on('error', () => {})
    try {
      const request = parseRequest(text)
      const take = this.#purposes.get(request.purpose)
      if (take === undefined) throw new Error(`tunnels for ${JSON.stringify(request.purpose)} are not served here`)
      await take(tunnel, request, peer)
      stream.accept()
    } catch (error) {
      const { message } = error as Error
      this.#log.debug('a tunnel was refused', { peer: shortOf(peer), reason: message })
      stream.reset(message)
      tunnel.wasReset(message)
    }
  }

  async #session(peer: PeerKey, endMs: number): Promise<TunnelSession> {
    for (;;) {
      const session = this.#sessions.get(peer)
      if (session !== undefined) return session
      const leftMs = endMs - performance.now()
      if (leftMs <= 0) throw new Error(`there is no link to ${shortOf(peer)}`)
      await this.#nextSession(leftMs)
    }
  }

  #nextSession(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiters.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, timeoutMs)
      this.#waiters.add(wake)
    })
  }
}

/** Throws when a peer sent something else. */
function parseRequest(text: string): TunnelRequest {
  const { purpose, metadata } = JSON.parse(text) as Partial<TunnelRequest>
  const isText = (value: unknown): value is string => typeof value === 'string'
  if (!isText(purpose) || !Object.values(metadata ?? {}).every(isText)) throw new Error('that is no tunnel request')
  return metadata === undefined ? { purpose } : { purpose, metadata }
}

/** Enough of a key to know the peer by. */
function shortOf(peer: PeerKey): string {
  return peer.slice(0, 8)
}
