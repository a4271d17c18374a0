import type { Membership } from '../mesh/identity/membership.ts'
import type { PeerKey } from '../mesh/link/links.ts'
import type { Mesh } from './cluster/mesh.ts'
import type { NodePlace } from './node-place.ts'
import { release } from './release.ts'
import type { NamedLink, NodeStatus, QuorumStatus, StatusBoard } from './status.ts'

/** What this node says of itself: more of it as its parts come up. */
export class StatusView {
  place: NodePlace | undefined
  mesh: Mesh | undefined
  membership: Membership | undefined
  readonly #board: StatusBoard
  readonly #startedAt = new Date().toISOString()

  constructor(board: StatusBoard) {
    this.#board = board
  }

  read(): NodeStatus {
    return {
      node: this.place?.nodeName ?? '',
      cluster: this.place?.clusterName ?? '',
      pid: process.pid,
      version: release.version,
      startedAt: this.#startedAt,
      ready: this.#board.ready,
      parts: this.#board.parts,
      quorum: this.membership && this.mesh && this.#quorum(this.mesh),
      links: this.mesh && this.#links(this.mesh),
    }
  }

  #quorum({ consensus }: Mesh): QuorumStatus {
    const { role, term, leader, configuration, heldBack } = consensus.status
    return {
      role,
      term,
      leader: leader === null ? null : this.#nameOf(leader),
      voters: configuration.voters.map((key) => this.#nameOf(key)),
      learners: configuration.learners.map((key) => this.#nameOf(key)),
      heldBack: heldBack.map(({ id, reason }) => ({ node: this.#nameOf(id), reason })),
    }
  }

  #links({ links }: Mesh): NamedLink[] {
    return links.status().map((link) => ({ ...link, node: this.#nameOf(link.peer) }))
  }

  #nameOf(key: PeerKey): string {
    return this.membership?.member(key)?.name ?? key.slice(0, 8)
  }
}
