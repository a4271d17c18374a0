import type { LinkStatus } from '../../../mesh/link/links.ts'
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

/** Measures the ways to peers by the tunnel's pings, and the link's own figures. */
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
      const current = tunnel.figures(name)?.current
      if (current === undefined) continue
      const { pings, pongs } = current
      // Another path counts from its own beginning.
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
    if (way?.kind === 'link') {
      return { ...common, via: link?.via && `${link.way} ${link.via}`, roundTripMs: link?.rttMs, loss: undefined }
    }
    const current = peer?.current
    const via = way?.kind === 'tunnel' && current ? `${current.address}:${current.port}` : undefined
    const loss = current && this.#lossOf(name, current.pings, current.pongs)
    return { ...common, via, roundTripMs: current?.roundTripMs, loss }
  }

  #lossOf(name: string, pings: number, pongs: number): number | undefined {
    const oldest = this.#samples.get(name)?.[0]
    if (oldest === undefined) return undefined
    const sent = pings - oldest.pings - underWay
    return sent <= 0 ? undefined : Math.max(0, Math.min(1, (sent - (pongs - oldest.pongs)) / sent))
  }
}
