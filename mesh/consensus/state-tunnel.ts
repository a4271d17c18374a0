import { pipeline, Readable } from 'streamx'
import type { Links, PeerKey } from '../link/links.ts'
import type { Tunnels } from '../tunnel/tunnels.ts'
import { type LogIdentity, mismatch } from './greeting.ts'
import { metadataOf, openAtAny, preferring } from './operations-tunnel.ts'

const purpose = 'state'
/** Images served at once: each holds on to the state of a moment. */
const maxServed = 2

/** The state above the log, as it goes from one node to another. */
export interface StateImages {
  /** This node's, as bytes; undefined while there is none. */
  image(): AsyncIterable<Uint8Array> | undefined
  /** Makes a peer's this node's own, durably. Resolves with the number of operations that it has applied. */
  adopt(chunks: AsyncIterable<Uint8Array>): Promise<number>
  /** Operations that the state here has applied; 0 when there is none. */
  applied(): Promise<number>
  /** Operations that its history shows, the most wanted first. */
  wanted(): Promise<readonly number[]>
}

/**
 * Serves this node's state to peers. One that has operations up to where this node has all of them since gets an empty
 * stream: it needs no more than those (`floor`: from there on they are all here).
 */
export function serveState(
  tunnels: Tunnels,
  identity: LogIdentity,
  floor: () => number,
  image: () => AsyncIterable<Uint8Array> | undefined,
): void {
  let served = 0
  tunnels.accept(purpose, (tunnel, { metadata }) => {
    const { cluster = '', generation = '', has } = metadata ?? {}
    const reason = mismatch(identity, { cluster, generation: Number(generation) })
    if (reason !== undefined) throw new Error(reason)
    tunnel.on('error', () => {})
    if (has !== undefined && Number(has) >= floor()) {
      tunnel.end(undefined)
      return
    }
    if (served >= maxServed) throw new Error(`${served} peers take the state from here already: try another`)
    const chunks = image()
    if (chunks === undefined) throw new Error('this node has no state yet')
    served++
    // The other end tells what failed, if anything: an image that is cut short is no image.
    pipeline(Readable.from(chunks as AsyncIterable<Uint8Array>), tunnel, () => served--)
  })
}

/**
 * The state of a peer; undefined when operations are all that this node needs. `has`: how many it has, undefined for a
 * node that has no state at all.
 */
export async function openState(
  links: Links,
  tunnels: Tunnels,
  identity: LogIdentity,
  preferred: PeerKey | null,
  has: number | undefined,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const metadata = { ...metadataOf(identity), ...(has !== undefined && { has: `${has}` }) }
  const { stream: tunnel } = await openAtAny(links, tunnels, { purpose, metadata }, preferring(preferred))
  tunnel.end(undefined)
  const chunks = tunnel[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const first = await chunks.next()
  if (first.done) return undefined
  return (async function* () {
    try {
      yield first.value
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
    } finally {
      tunnel.destroy()
    }
  })()
}
