import type { Duplex } from 'streamx'
import type { Links, PeerKey } from '../link/links.ts'
import type { FeedStream } from '../log/learner-feed.ts'
import type { Tunnel, TunnelRequest, Tunnels } from '../tunnel/tunnels.ts'
import { type LogIdentity, mismatch } from './greeting.ts'

/**
 * What a stream is for, and how many of them a node serves at once: newcomers and laggards fetch what there is, each as fast as the disk
 * is read; learners stay and get what comes, which this node sends once to each.
 */
const purposes = { operations: 8, feed: 8 } as const
const openTimeoutMs = 5000

/** Serves the operations to peers. `replicate`: one end of such a stream, or undefined while there is no log here. */
export function serveOperations(tunnels: Tunnels, identity: LogIdentity, replicate: () => Duplex | undefined): void {
  for (const [purpose, maxServed] of Object.entries(purposes))
    serve(tunnels, { purpose, maxServed }, identity, replicate)
}

function serve(
  tunnels: Tunnels,
  { purpose, maxServed }: { purpose: string; maxServed: number },
  identity: LogIdentity,
  replicate: () => Duplex | undefined,
): void {
  let served = 0
  tunnels.accept(purpose, (tunnel, { metadata }) => {
    const { cluster = '', generation = '' } = metadata ?? {}
    const reason = mismatch(identity, { cluster, generation: Number(generation) })
    if (reason !== undefined) throw new Error(reason)
    if (served >= maxServed) throw new Error(`${served} peers get operations here already: try another`)
    const replication = replicate()
    if (replication === undefined) throw new Error('this node has no operations yet')
    served++
    tunnel.once('close', () => {
      served--
      replication.destroy()
    })
    // Both report their ends here; what failed is the fetching node's to tell.
    replication.on('error', () => tunnel.destroy())
    tunnel.on('error', () => replication.destroy())
    replication.pipe(tunnel).pipe(replication)
  })
}

/** A stream whose other end is some peer's `replicate`: the preferred one's, or that of any that is linked. */
export async function openOperations(
  links: Links,
  tunnels: Tunnels,
  identity: LogIdentity,
  preferred: PeerKey | null,
): Promise<Duplex> {
  const request = { purpose: 'operations', metadata: metadataOf(identity) }
  return (await openAtAny(links, tunnels, request, preferring(preferred))).stream
}

/**
 * A stream on which operations come as they are committed: of the nearest voter that does not lead, then of the nearest learner, of the
 * leader when nobody else gives one, and of those to avoid last.
 */
export async function openFeed(
  links: Links,
  tunnels: Tunnels,
  identity: LogIdentity,
  { voters, leader, avoid }: { voters: readonly PeerKey[]; leader: PeerKey | null; avoid: readonly PeerKey[] },
): Promise<FeedStream> {
  const cost = (peer: PeerKey) => (avoid.includes(peer) ? 3 : peer === leader ? 2 : voters.includes(peer) ? 0 : 1)
  const request = { purpose: 'feed', metadata: metadataOf(identity) }
  return openAtAny(links, tunnels, request, (a, b) => cost(a) - cost(b))
}

export function metadataOf({ cluster, generation }: LogIdentity): Record<string, string> {
  return { cluster, generation: `${generation}` }
}

/** An order of peers in which this one comes first. */
export function preferring(preferred: PeerKey | null): (a: PeerKey, b: PeerKey) => number {
  return (a, b) => Number(b === preferred) - Number(a === preferred)
}

/** A tunnel to the first peer that takes it: in the order given, the nearest first among equals. Rejects with every peer's reason. */
export async function openAtAny(
  links: Links,
  tunnels: Tunnels,
  request: TunnelRequest,
  before: (a: PeerKey, b: PeerKey) => number,
): Promise<{ peer: PeerKey; stream: Tunnel }> {
  const linked = links.status().filter(({ state }) => state === 'connected')
  const peers = linked.map(({ peer }) => peer).filter((peer) => peer !== links.self)
  const rttOf = new Map(linked.map(({ peer, rttMs }) => [peer, rttMs ?? Number.POSITIVE_INFINITY]))
  peers.sort((a, b) => before(a, b) || (rttOf.get(a)! < rttOf.get(b)! ? -1 : 1))
  const reasons: string[] = []
  for (const peer of peers) {
    try {
      const stream = await tunnels.open(peer, request, openTimeoutMs)
      // The link may be lost before anybody reads: whoever does is told by its end.
      stream.on('error', () => {})
      return { peer, stream }
    } catch (error) {
      reasons.push(`${peer.slice(0, 8)}: ${(error as Error).message}`)
    }
  }
  throw new Error(peers.length === 0 ? 'no peer is linked' : `no peer gives ${request.purpose} (${reasons.join('; ')})`)
}
