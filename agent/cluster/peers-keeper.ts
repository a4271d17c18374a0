import type { Consensus } from '../../mesh/consensus/consensus.ts'
import type { Finding } from '../../mesh/identity/member.ts'
import type { Membership } from '../../mesh/identity/membership.ts'
import type { Links, PeerAddresses, PeerKey } from '../../mesh/link/links.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import type { SwarmTransport } from '../../mesh/swarm/swarm-transport.ts'
import type { MeshOptions } from '../node-options.ts'
import type { Mesh } from './mesh.ts'
import { hostAddresses, reachableAt } from './own-addresses.ts'
import { type Remembered, writeRemembered } from './remembered.ts'

/** What of the mesh is kept as it should be. */
export interface KeptMesh extends Pick<Mesh, 'remembered' | 'finding' | 'setPeers' | 'onChange'> {
  links: Pick<Links, 'self'>
  consensus: Pick<Consensus, 'participants'>
  swarm: Pick<SwarmTransport, 'rendezvous'>
}

export interface PeersKeeperOptions {
  mesh: KeptMesh
  membership: Membership
  options: MeshOptions
  /** Where peers are remembered for the next start. */
  file: string
  log: Logger
  /** This node is no member any more. */
  removed(): void
}

/** While a removed member is in the log's configuration, whose changes nobody tells of, that is looked at so often. */
const recheckMs = 2000
const announcePauseMs = 3000
const maxRendezvous = 16

/** Keeps the links as the membership says, the others told of this node's addresses, and both remembered on disk. */
export class PeersKeeper {
  readonly #options: PeersKeeperOptions
  readonly #stopWatching: (() => void)[]
  #addresses = ''
  #announcing: Promise<void> | undefined
  #recheck: ReturnType<typeof setTimeout> | undefined
  #written = ''
  #writing: Promise<void> = Promise.resolve()
  #wasMember: boolean
  #isStopped = false

  constructor(options: PeersKeeperOptions) {
    const { membership, mesh } = options
    this.#options = options
    this.#wasMember = membership.member(mesh.links.self) !== undefined
    this.#stopWatching = [
      membership.onChange(() => this.#membersChanged()),
      mesh.onChange(() => this.#findingChanged()),
    ]
    this.#membersChanged()
    this.#findingChanged()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const stop of this.#stopWatching) stop()
    clearTimeout(this.#recheck)
    await this.#announcing
    await this.#writing
  }

  #membersChanged(): void {
    const { membership, mesh, removed } = this.#options
    const isMember = membership.member(mesh.links.self) !== undefined
    if (this.#wasMember && !isMember) removed()
    this.#wasMember ||= isMember
    const peers = this.#peers()
    this.#remember(peers)
    const linked = this.#withParticipants(peers)
    mesh.setPeers(linked)
    clearTimeout(this.#recheck)
    if (linked.size > peers.size) this.#recheck = setTimeout(() => this.#membersChanged(), recheckMs)
  }

  /** The other members. */
  #peers(): Map<PeerKey, PeerAddresses> {
    const { membership, mesh } = this.#options
    const others = membership.members.filter(({ key }) => key !== mesh.links.self)
    return new Map(others.map(({ key }) => [key, membership.addresses(key)]))
  }

  /** Removed members stay linked as long as they are in the log's configuration: they may still read that they were. */
  #withParticipants(peers: Map<PeerKey, PeerAddresses>): Map<PeerKey, PeerAddresses> {
    const { consensus, links } = this.#options.mesh
    const all = new Map(peers)
    for (const key of consensus.participants) {
      if (key !== links.self && !all.has(key)) all.set(key, { udp: [], webSocket: [] })
    }
    return all
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

  #findingChanged(): void {
    const { options, mesh } = this.#options
    this.#remember(this.#peers())
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
