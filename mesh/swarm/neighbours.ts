import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Announcement } from './announcement.ts'

/** More than that on one network are not kept: the longest silent one goes first. */
const maxNeighbours = 512
/** A neighbour that was silent so long is forgotten. */
const forgetAfterMs = 90_000
/** Addresses of one neighbour: it may be met on several networks. */
const maxHosts = 4
const answerEveryMs = 500
/** More than so many announcements in a second are not looked at. */
const maxHeardPerSecond = 200

interface Neighbour {
  hosts: Map<string, { udpPort: number; webSocketPort: number; heardAtMs: number }>
  heardAtMs: number
}

/** Who was met on the local network, and when to answer; pure: time comes in. */
export class Neighbours {
  readonly #neighbours = new Map<PeerKey, Neighbour>()
  #answeredAtMs = Number.NEGATIVE_INFINITY
  #second = 0
  #heardInSecond = 0

  /** Whether there is still room to look at an announcement in this second. */
  mayHear(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#second) this.#heardInSecond = 0
    this.#second = second
    return ++this.#heardInSecond <= maxHeardPerSecond
  }

  /** True when the neighbour, or where it is, was not known: then it may not know us either. */
  heard({ host, self }: Announcement, nowMs: number): boolean {
    this.#forget(nowMs)
    if (self === undefined) return false
    const { peer, udpPort, webSocketPort } = self
    const neighbour: Neighbour = this.#neighbours.get(peer) ?? { hosts: new Map(), heardAtMs: nowMs }
    const before = neighbour.hosts.get(host)
    const isNew = before?.udpPort !== udpPort || before.webSocketPort !== webSocketPort
    neighbour.heardAtMs = nowMs
    neighbour.hosts.delete(host)
    neighbour.hosts.set(host, { udpPort, webSocketPort, heardAtMs: nowMs })
    if (neighbour.hosts.size > maxHosts) neighbour.hosts.delete(neighbour.hosts.keys().next().value!)
    // In the order in which they were heard last.
    this.#neighbours.delete(peer)
    this.#neighbours.set(peer, neighbour)
    if (this.#neighbours.size > maxNeighbours) this.#neighbours.delete(this.#neighbours.keys().next().value!)
    return isNew
  }

  /** Whether it is time for an answer; counts it. */
  mayAnswer(nowMs: number): boolean {
    if (nowMs - this.#answeredAtMs < answerEveryMs) return false
    this.#answeredAtMs = nowMs
    return true
  }

  /** Those heard of lately. */
  addresses(nowMs: number): Map<PeerKey, PeerAddresses> {
    this.#forget(nowMs)
    const found = new Map<PeerKey, PeerAddresses>()
    for (const [peer, { hosts }] of this.#neighbours) {
      const addresses: PeerAddresses = { udp: [], webSocket: [] }
      for (const [host, { udpPort, webSocketPort }] of [...hosts].reverse()) {
        if (udpPort !== 0) addresses.udp.push(`${host}:${udpPort}`)
        if (webSocketPort !== 0) addresses.webSocket.push(`ws://${host}:${webSocketPort}/skein`)
      }
      found.set(peer, addresses)
    }
    return found
  }

  #forget(nowMs: number): void {
    for (const [peer, { hosts, heardAtMs }] of this.#neighbours) {
      if (nowMs - heardAtMs > forgetAfterMs) this.#neighbours.delete(peer)
      for (const [host, one] of hosts) if (nowMs - one.heardAtMs > forgetAfterMs) hosts.delete(host)
    }
  }
}
