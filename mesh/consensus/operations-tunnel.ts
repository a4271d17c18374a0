import type { Duplex } from 'streamx'
import type { Links, PeerKey } from '../link/links.ts'
import type { Tunnel, TunnelRequest, Tunnels } from '../tunnel/tunnels.ts'
import { type LogIdentity, mismatch } from './greeting.ts'

const purpose = 'operations'
/** Streams served at once: each reads the disk as fast as its peer takes it. */
const maxServed = 8
const openTimeoutMs = 5000

/** Serves the operations to peers. `replicate`: one end of such a stream, or undefined while there is no log here. */
export function serveOperations(tunnels: Tunnels, identity: LogIdentity, replicate: () => Duplex | undefined): void {
  let served = 0
  tunnels.accept(purpose, (tunnel, { metadata }) => {
    const { cluster = '', generation = '' } = metadata ?? {}
    const reason = mismatch(identity, { cluster, generation: Number(generation) })
    if (reason !== undefined) throw new Error(reason)
    if (served >= maxServed) throw new Error(`${served} peers fetch operations here already: try another`)
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
export function openOperations(
  links: Links,
  tunnels: Tunnels,
  identity: LogIdentity,
  preferred: PeerKey | null,
): Promise<Duplex> {
  return openAtAny(links, tunnels, { purpose, metadata: metadataOf(identity) }, preferred)
}

export function metadataOf({ cluster, generation }: LogIdentity): Record<string, string> {
  return { cluster, generation: `${generation}` }
}

/** A tunnel to the preferred peer, or to the nearest that takes it. Rejects with every peer's reason. */
export async function openAtAny(
  links: Links,
  tunnels: Tunnels,
  request: TunnelRequest,
  preferred: PeerKey | null,
): Promise<Tunnel> {
  const linked = links.status().filter(({ state }) => state === 'connected')
  const peers = linked.map(({ peer }) => peer).filter((peer) => peer !== links.self)
  // The nearest first.
  const rttOf = new Map(linked.map(({ peer, rttMs }) => [peer, rttMs ?? Number.POSITIVE_INFINITY]))
  peers.sort((a, b) => Number(b === preferred) - Number(a === preferred) || (rttOf.get(a)! < rttOf.get(b)! ? -1 : 1))
  const reasons: string[] = []
  for (const peer of peers) {
    try {
      return await tunnels.open(peer, request, openTimeoutMs)
    } catch (error) {
      reasons.push(`${peer.slice(0, 8)}: ${(error as Error).message}`)
    }
  }
  throw new Error(peers.length === 0 ? 'no peer is linked' : `no peer gives ${request.purpose} (${reasons.join('; ')})`)
}
