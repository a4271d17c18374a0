import type { Finding } from '../../mesh/identity/member.ts'
import type { Membership } from '../../mesh/identity/membership.ts'
import type { PeerAddresses, PeerKey } from '../../mesh/link/links.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import type { MeshOptions } from '../node-options.ts'
import type { Mesh } from './mesh.ts'
import { hostAddresses, reachableAt } from './own-addresses.ts'
import { type Remembered, writeRemembered } from './remembered.ts'

export interface PeersKeeperOptions {
  mesh: Mesh
  membership: Membership
  options: MeshOptions
  /** Where peers are remembered for the next start. */
  file: string
  log: Logger
  /** This node is no member any more. */
  removed(): void
}

/** A member that was removed is cut off this much later: it may still read that it was. */
const cutDelayMs = 2000
const lookMs = 5000
const announcePauseMs = 3000
const maxRendezvous = 16

/** Keeps the links as the membership says, the others told of this node's addresses, and both remembered on disk. */
export class PeersKeeper {
  readonly #options: PeersKeeperOptions
  readonly #stopWatching: () => void
  readonly #timer: ReturnType<typeof setInterval>
  #addresses = ''
  #announcing: Promise<void> | undefined
  #cut: ReturnType<typeof setTimeout> | undefined
  #written = ''
  #writing: Promise<void> = Promise.resolve()
  #wasMember: boolean
  #isStopped = false

  constructor(options: PeersKeeperOptions) {
    const { membership, mesh } = options
    this.#options = options
    this.#wasMember = membership.member(mesh.links.self) !== undefined
    this.#stopWatching = membership.onChange(() => this.#membersChanged())
    this.#membersChanged()
    this.#look()
    this.#timer = setInterval(() => this.#look(), lookMs)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopWatching()
    clearInterval(this.#timer)
    clearTimeout(this.#cut)
    await this.#announcing
    await this.#writing
  }

  #membersChanged(): void {
    const { membership, mesh, removed } = this.#options
    const { links } = mesh
    const { members } = membership
    const isMember = members.some(({ key }) => key === links.self)
    if (this.#wasMember && !isMember) removed()
    this.#wasMember ||= isMember
    const peers = new Map<PeerKey, PeerAddresses>()
    for (const { key } of members) {
      if (key !== links.self) peers.set(key, membership.addresses(key))
    }
    this.#remember(peers)
    clearTimeout(this.#cut)
    mesh.setPeers(this.#withParticipants(peers))
    this.#cut = setTimeout(() => this.#membersChanged(), cutDelayMs)
    if (this.#isSettled(peers)) clearTimeout(this.#cut)
  }

  /** Removed members stay linked a little, and as long as they are in the log's configuration. */
  #withParticipants(peers: Map<PeerKey, PeerAddresses>): Map<PeerKey, PeerAddresses> {
    const { consensus, links } = this.#options.mesh
    const all = new Map(peers)
    for (const key of consensus.participants) {
      if (key !== links.self && !all.has(key)) all.set(key, { udp: [], webSocket: [] })
    }
    return all
  }

  #isSettled(peers: Map<PeerKey, PeerAddresses>): boolean {
    return this.#withParticipants(peers).size === peers.size
  }

  #remember(peers: Remembered['peers']): void {
    const { file, log, mesh, options } = this.#options
    const { remembered, swarm } = mesh
    // A state that does not know any peer yet is no reason to forget those that are known.
    if (peers.size === 0 && remembered.peers.size > 0) return
    const answering = swarm.rendezvous
    const rendezvous = [...new Set([...options.rendezvous, ...answering, ...remembered.rendezvous])].slice(
      0,
      maxRendezvous,
    )
    const text = JSON.stringify([...peers, rendezvous])
    if (text === this.#written) return
    this.#written = text
    // One after the other: they go through one temporary file.
    this.#writing = this.#writing
      .then(() => writeRemembered(file, { peers, rendezvous }))
      .catch((error: Error) => log.warn('peers cannot be remembered', { error: error.message }))
  }

  #look(): void {
    const { options, mesh } = this.#options
    const text = JSON.stringify({ addresses: reachableAt(options, hostAddresses()), finding: mesh.finding })
    if (text === this.#addresses) return
    this.#addresses = text
    this.#announcing ??= this.#announce().finally(() => {
      this.#announcing = undefined
    })
  }

  /** Until the cluster has taken it down: without a quorum that may take long. */
  async #announce(): Promise<void> {
    const { mesh, membership, log } = this.#options
    for (let said = ''; !this.#isStopped; ) {
      const text = this.#addresses
      try {
        const { addresses, finding } = JSON.parse(text) as { addresses: PeerAddresses; finding: Finding }
        await membership.announce(mesh.links.self, addresses, finding)
        if (text === this.#addresses) return
      } catch (error) {
        const { message } = error as Error
        if (message !== said) log.debug('addresses cannot be announced yet', { error: message })
        said = message
        await new Promise((resolve) => setTimeout(resolve, announcePauseMs))
      }
    }
  }
}
