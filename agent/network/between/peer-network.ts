import type { Node } from '../../../api/schema/generated/types/core-v1.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { addressOf, formatCidr } from '../address/address.ts'
import type { SessionSecret } from '../tunnel/seal.ts'
import { type PeerFigures, Tunnel } from '../tunnel/tunnel.ts'
import { type Peer, peerOf, type TunnelView, type Way } from './peer.ts'
import { describe, PeerRoutes } from './peer-routes.ts'

export interface PeerNetworkOptions {
  nodeName: string
  nodeAddress: string
  instance: string
  log: Logger
}

/** Another node's end of the tunnel. */
export interface TunnelEndpoint extends SessionSecret {
  /** The node's name. */
  name: string
  /** Where its tunnel's socket is seen from outside; what arrives corrects it. */
  address: string
  port: number
}

/** How packets get to a node. */
export interface WayFigures {
  /** `route via 192.168.1.7`, `VXLAN to 172.16.0.3`, `tunnel` or `none`. */
  way: string
  /** As the tunnel measures the path, where there is one. */
  path?: PeerFigures
}

const retryMs = 10_000
/** How often it is looked which peers answer through the tunnel, and after how long one that does not is given up. */
const tunnelCheckMs = 1000
const deadAfterSeconds = 5

/** Keeps this node connected to the others: each by the best way that there is at the moment. */
export class PeerNetwork {
  readonly #options: PeerNetworkOptions
  readonly #routes: PeerRoutes
  #peers: Peer[] = []
  #tunnel: Tunnel | undefined
  #endpoints: TunnelEndpoint[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false

  constructor(options: PeerNetworkOptions) {
    this.#options = options
    const { nodeAddress, instance, log } = options
    this.#routes = new PeerRoutes({ nodeAddress: addressOf(nodeAddress), instance, log })
  }

  /** The UDP port of this node's tunnel, once there are peers. */
  get tunnelPort(): number | undefined {
    return this.#tunnel?.port
  }

  /** By name of the node. */
  ways(): Map<string, WayFigures> {
    const figures = (node: string, way: Way) => ({ way: describe(way), path: this.#tunnel?.figures(node) })
    return new Map([...this.#routes.ways].map(([node, way]) => [node, figures(node, way)]))
  }

  /** All nodes of the cluster. */
  setNodes(nodes: Node[]): void {
    const others = nodes.filter(({ metadata }) => metadata?.name !== this.#options.nodeName)
    this.#peers = others.flatMap((node) => peerOf(node) ?? [])
    this.#connect()
  }

  /** The nodes with which a handshake was made, all of them each time. Opens the tunnel with the first. */
  setTunnelPeers(endpoints: TunnelEndpoint[]): void {
    this.#endpoints = endpoints
    const { instance, nodeAddress, log } = this.#options
    if (endpoints.length > 0)
      this.#tunnel ??= new Tunnel({ instance, nodeAddress, address: '0.0.0.0', port: 0, log: log.child('tunnel') })
    this.#connect()
  }

  /** Ends; routes and VXLAN stay, the tunnel goes. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#routes.close()
    await this.#tunnel?.stop()
  }

  #connect(): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    let againMs = this.#tunnel === undefined ? undefined : tunnelCheckMs
    try {
      this.#routes.set(this.#peers, this.#tunnelViews())
    } catch (error) {
      this.#options.log.error('routes to other nodes could not be made; trying again', {
        error: (error as Error).message,
      })
      againMs = retryMs
    }
    if (againMs !== undefined) this.#timer = setTimeout(() => this.#connect(), againMs)
  }

  #tunnelViews(): Map<string, TunnelView> {
    const tunnel = this.#tunnel
    const views = new Map<string, TunnelView>()
    if (tunnel === undefined) return views
    const known = new Map(this.#peers.map((peer) => [peer.name, peer]))
    // A peer whose Node object is missing keeps its session: its secret could not be used again.
    tunnel.setPeers(this.#endpoints.map((endpoint) => ({ ...endpoint, cidrs: cidrsOf(known.get(endpoint.name)) })))
    for (const { name } of this.#endpoints) {
      const { silentSeconds, observedAddress } = tunnel.figures(name)!
      const isAnswering = silentSeconds !== undefined && silentSeconds <= deadAfterSeconds
      views.set(name, { link: tunnel.link, address: addressOf(tunnel.addressOf(name)!), observedAddress, isAnswering })
    }
    return views
  }
}

function cidrsOf(peer: Peer | undefined): string[] {
  if (peer === undefined) return []
  const own = { address: peer.nodeAddress, prefixLength: peer.nodeAddress.length * 8 }
  return [own, ...peer.podCidrs].map(formatCidr)
}
