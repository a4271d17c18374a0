import { skewToTellMs } from '../mesh/clock/cluster-clock.ts'
import type { Membership } from '../mesh/identity/membership.ts'
import type { PeerKey } from '../mesh/link/links.ts'
import { describeSinglePoint, singlePoints } from '../mesh/link/single-points.ts'
import type { Mesh } from './cluster/mesh.ts'
import type { NodePlace } from './node-place.ts'
import { release } from './release.ts'
import type { NamedLink, NodeStatus, QuorumStatus, StatusBoard } from './status.ts'
import type { PullStatus } from './worker/image/images.ts'

/** What this node says of itself: more of it as its parts come up. */
export class StatusView {
  place: NodePlace | undefined
  mesh: Mesh | undefined
  membership: Membership | undefined
  pulls: (() => Promise<PullStatus[]>) | undefined
  readonly #board: StatusBoard
  readonly #startedAt = new Date().toISOString()

  constructor(board: StatusBoard) {
    this.#board = board
  }

  async read(): Promise<NodeStatus> {
    return {
      node: this.place?.nodeName ?? '',
      cluster: this.place?.clusterName ?? '',
      pid: process.pid,
      version: release.version,
      startedAt: this.#startedAt,
      clusterTime: this.mesh && new Date(this.mesh.consensus.clock.nowMs()).toISOString(),
      ready: this.#board.ready,
      parts: this.#board.parts,
      quorum: this.membership && this.mesh && this.#quorum(this.mesh),
      links: this.mesh && this.#links(this.mesh),
      pulls: await this.pulls?.(),
      remarks: this.mesh && this.membership && this.#remarks(this.mesh, this.membership),
    }
  }

  #remarks({ consensus }: Mesh, membership: Membership): string[] {
    const { leader, skewMs, refused } = consensus.status
    const remarks: string[] = []
    if (leader === null)
      remarks.push(
        'no leader is known: a majority of the voters has to be up and linked before anything can be written',
      )
    if (skewMs !== undefined && Math.abs(skewMs) > skewToTellMs) {
      const side = skewMs > 0 ? 'ahead of' : 'behind'
      remarks.push(
        `this machine's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${side} the cluster's: set it right`,
      )
    }
    remarks.push(...refused.map(({ id, reason }) => `${this.#nameOf(id)} takes no part: ${reason}`))
    const findable = membership.members.flatMap(({ key, name }) => {
      const finding = membership.finding(key)
      return finding === undefined ? [] : [{ name, key, ...finding }]
    })
    return [...remarks, ...singlePoints(findable).map(describeSinglePoint)]
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
