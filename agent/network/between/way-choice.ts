import { type Address, contains, formatAddress } from '../address/address.ts'
import type { PathFigures } from '../tunnel/tunnel.ts'
import type { OwnNetwork, Way, WayKind } from './peer.ts'

/** Best first. */
export const wayKinds: readonly WayKind[] = ['route', 'vxlan', 'tunnel', 'link']

/** What is known of a peer at one moment. */
export interface PeerView {
  /** Of its own networks, as it says. */
  addresses: Address[]
  /** As the tunnel's pings tell. */
  paths: PathFigures[]
  /** The link to it is up. */
  isLinked: boolean
  /** The tunnel's device. */
  tunnelLink: number
  /** The largest packet that it carries to this peer, where that is less than for others. */
  tunnelMtu?: number
}

/**
 * The ways that work towards a peer now. A route: it answered from its address on a network that this node is on too.
 * VXLAN: it answered from its own address and sees this node at its own, so that no NAT stands between.
 */
export function workingWays(view: PeerView, networks: OwnNetwork[], forced?: WayKind): Map<WayKind, Way> {
  const { addresses, paths, isLinked, tunnelLink, tunnelMtu } = view
  const ways = new Map<WayKind, Way>()
  const alive = paths.filter((path) => path.isAlive)
  const isOwn = (text: string | undefined) => networks.some(({ address }) => formatAddress(address) === text)
  for (const gateway of addresses) {
    const text = formatAddress(gateway)
    const isDirect = alive.some(({ address, observed }) => address === text && isOwn(observed?.address))
    if (!isDirect) continue
    const network = networks.find(({ cidr, address }) => contains(cidr, gateway) && formatAddress(address) !== text)
    if (network !== undefined && !ways.has('route')) ways.set('route', { kind: 'route', gateway, link: network.link })
    if (!ways.has('vxlan')) ways.set('vxlan', { kind: 'vxlan', remote: gateway })
  }
  if (alive.length > 0) ways.set('tunnel', { kind: 'tunnel', link: tunnelLink, mtu: tunnelMtu })
  if (isLinked) ways.set('link', { kind: 'link', link: tunnelLink })
  for (const kind of ways.keys()) if (forced !== undefined && kind !== forced) ways.delete(kind)
  return ways
}

/** A way has to work for this long before packets that go well elsewhere are moved to it; longer each time it fails. */
const [settleMs, maxSettleMs] = [3000, 5 * 60_000]
/** In the beginning nothing has proved itself. */
const beginningMs = 3000
/** A way that was taken for this long is trusted again. */
const trustedMs = 60_000
/** A way that was just taken has this long to carry a probe, and the answers of one that does may stay out for so long. */
const [firstProbeMs, silenceMs] = [1500, 500]
const barredMs = 10_000

/**
 * Chooses the way to one peer: the best that both sides offer. What works is offered once it has done so for a while,
 * or at once where nothing else does. Pure: time is given.
 */
export class WayChoice {
  readonly #beginMs: number
  readonly #workingSince = new Map<WayKind, number>()
  readonly #failures = new Map<WayKind, number>()
  #working: ReadonlyMap<WayKind, Way> = new Map()
  #offered: WayKind[] = []
  #kind: WayKind | undefined
  #kindSince = 0
  #carriedMs = 0
  readonly #barredUntil = new Map<WayKind, number>()
  /** Probes of the way that is taken are answered on none: they say nothing. */
  #ignoresProbes = false
  /** The way as it was while it last worked. */
  #way: Way | undefined

  constructor(nowMs: number) {
    this.#beginMs = nowMs
  }

  /** What to tell the peer: ways that this side can take. */
  get offered(): readonly WayKind[] {
    return this.#offered
  }

  /** The way that is taken; stays when no way works, since nothing else is better. */
  get way(): Way | undefined {
    return this.#way
  }

  /** Whether the way that is taken works. */
  get isWorking(): boolean {
    return this.#kind !== undefined && this.#working.has(this.#kind)
  }

  /**
   * Takes what works now, what the peer offers, and whether probes are answered that take the way that packets take: a
   * route may be there and yet carry no packets of pods (a cloud that knows only the nodes' addresses), or VXLAN be kept
   * out.
   */
  update(seen: ReadonlyMap<WayKind, Way>, peerOffers: readonly WayKind[], isCarrying: boolean, nowMs: number): void {
    this.#judge(seen, isCarrying, nowMs)
    const working = new Map([...seen].filter(([kind]) => nowMs >= (this.#barredUntil.get(kind) ?? 0)))
    this.#note(working, nowMs)
    const isSettled = (kind: WayKind) => nowMs - this.#workingSince.get(kind)! >= this.#settleMsOf(kind)
    const isBeginning = nowMs - this.#beginMs < beginningMs
    const offered = wayKinds.filter(
      (kind) => working.has(kind) && (isBeginning || kind === this.#kind || isSettled(kind)),
    )
    this.#offered = offered.length > 0 ? offered : wayKinds.filter((kind) => working.has(kind))
    const best = this.#offered.find((kind) => peerOffers.includes(kind))
    if (best !== undefined && best !== this.#kind) {
      this.#kind = best
      this.#kindSince = nowMs
    }
    const way = this.#kind && working.get(this.#kind)
    if (way !== undefined) this.#way = way
  }

  /** Bars a way that looks well but carries nothing, for as long as one that failed has to prove itself. */
  #judge(seen: ReadonlyMap<WayKind, Way>, isCarrying: boolean, nowMs: number): void {
    if (isCarrying) {
      this.#carriedMs = nowMs
      this.#ignoresProbes = false
    }
    const kind = this.#kind
    if (kind === undefined || isCarrying || this.#ignoresProbes || !seen.has(kind)) return
    if (nowMs - Math.max(this.#kindSince + firstProbeMs, this.#carriedMs) <= silenceMs) return
    if (kind === 'route' || kind === 'vxlan') {
      this.#barredUntil.set(kind, nowMs + barredMs * 2 ** Math.min(5, this.#failures.get(kind) ?? 0))
      return
    }
    this.#ignoresProbes = true
    this.#barredUntil.clear()
  }

  #note(working: ReadonlyMap<WayKind, Way>, nowMs: number): void {
    for (const kind of wayKinds) {
      if (working.has(kind)) {
        if (!this.#workingSince.has(kind)) this.#workingSince.set(kind, nowMs)
        continue
      }
      if (!this.#workingSince.delete(kind) || kind !== this.#kind) continue
      const before = nowMs - this.#kindSince >= trustedMs ? 0 : (this.#failures.get(kind) ?? 0)
      this.#failures.set(kind, before + 1)
    }
    this.#working = working
  }

  #settleMsOf(kind: WayKind): number {
    return Math.min(maxSettleMs, settleMs * 2 ** Math.max(0, (this.#failures.get(kind) ?? 0) - 1))
  }
}
