import type { KeepAlive } from './keep-alive.ts'
import type { Way } from './links.ts'

/** A connection as a link sees it. */
export interface OpenWay {
  id: number
  way: Way
  openedAtMs: number
  /** True once the peer's hello has come. */
  isAttached: boolean
  /** The ping that tells whether the way it competes with is alive. */
  challengeToken: number | undefined
  keepAlive: KeepAlive
}

/** From best to worst. */
const rankOf: Readonly<Record<Way, number>> = { udp: 0, websocket: 1, relayed: 2 }

export function isBetter(one: Way, other: Way): boolean {
  return rankOf[one] < rankOf[other]
}
