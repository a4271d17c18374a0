import type { LinkStatus } from '../../../mesh/link/links.ts'
import { formatEndpoint } from '../tunnel/shared.ts'
import type { PeerFigures, Tunnel } from '../tunnel/tunnel.ts'
import type { Peer, Way } from './peer.ts'
import { describe } from './peer-routes.ts'

/** How packets get to a node. */
export interface WayFigures {
  /** `route via 192.168.1.7`, `VXLAN to 172.16.0.3`, `tunnel`, `link`, or `none`. */
  way: string
  /** Whether something says that it works: false for one that is kept although nothing does; undefined where nobody asks. */
  isWorking: boolean | undefined
  /** The peer's end of a tunnel, or of the link. */
  via: string | undefined
  roundTripMs: number | undefined
  /** Share of probes without an answer in the last minute. */
  loss: number | undefined
}

interface Sample {
  atMs: number
  pings: number
  pongs: number
}

const sampleMs = 5000
const windowMs = 60_000
/** Pings whose answers may still be on their way. */
const underWay = 1

/** Measures the ways to peers by the tunnel's pings of their addresses in the mesh, which take the same way as packets. */
export class WayMeter {
  readonly #samples = new Map<string, Sample[]>()

  /** To be called often; counts every few seconds. */
  note(nowMs: number, peers: Peer[], tunnel: Tunnel): void {
    const names = new Set(peers.map(({ name }) => name))
    for (const name of this.#samples.keys()) if (!names.has(name)) this.#samples.delete(name)
    for (const name of names) {
      const samples = this.#samples.get(name) ?? []
      this.#samples.set(name, samples)
      if (samples.length > 0 && nowMs - samples.at(-1)!.atMs < sampleMs) continue
      const inner = tunnel.figures(name)?.inner
      if (inner === undefined) continue
      const { pings, pongs } = inner
      // That of another session counts from its own beginning.
      if (samples.length > 0 && pings < samples.at(-1)!.pings) samples.length = 0
      samples.push({ atMs: nowMs, pings, pongs })
      while (samples[0]!.atMs < nowMs - windowMs) samples.shift()
    }
  }

  figures(
    name: string,
    way: Way | undefined,
    isWorking: boolean | undefined,
    peer: PeerFigures | undefined,
    link: LinkStatus | undefined,
  ): WayFigures {
    const common = { way: way === undefined ? 'none' : describe(way), isWorking }
    const probe = peer?.inner
    const loss = probe && this.#lossOf(name, probe.pings, probe.pongs)
    return { ...common, via: viaOf(way, peer, link), roundTripMs: probe?.roundTripMs, loss }
  }

  #lossOf(name: string, pings: number, pongs: number): number | undefined {
    const oldest = this.#samples.get(name)?.[0]
    if (oldest === undefined) return undefined
    const sent = pings - oldest.pings - underWay
    return sent <= 0 ? undefined : Math.max(0, Math.min(1, (sent - (pongs - oldest.pongs)) / sent))
  }
}

function viaOf(way: Way | undefined, peer: PeerFigures | undefined, link: LinkStatus | undefined): string | undefined {
  if (way?.kind === 'link') return link?.via && `${link.way} ${link.via}`
  const current = way?.kind === 'tunnel' ? peer?.current : undefined
  return current && formatEndpoint(current)
}
