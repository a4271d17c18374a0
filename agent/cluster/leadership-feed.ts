import type { Leadership } from '../../mesh/raft/effects.ts'

type Follower = (leadership: Leadership) => Promise<void>

/** Tells one follower of the present leadership, and of every later one. */
export class LeadershipFeed {
  #current: Leadership = { role: 'follower', term: 0, leader: null }
  #follower: Follower | undefined

  change(leadership: Leadership): void {
    this.#current = leadership
    void this.#follower?.(leadership)
  }

  /** Resolves when the follower has taken the present one in. */
  follow(follower: Follower): Promise<void> {
    this.#follower = follower
    return follower(this.#current)
  }
}
