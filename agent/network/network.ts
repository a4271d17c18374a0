import { join } from 'node:path'
import type { Client } from '../../api/client/client.ts'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { nftablesLibraries } from '../payload/payload.ts'
import { addressOf, formatAddress } from './address/address.ts'
import type { NetworkLinks } from './between/network-links.ts'
import { peerOf, type WayKind } from './between/peer.ts'
import { PeerNetwork } from './between/peer-network.ts'
import { removePeerRoutes } from './between/peer-routes.ts'
import type { WayFigures } from './between/way-meter.ts'
import { ClusterView } from './cluster-view.ts'
import { Forwarder } from './dns/forwarder.ts'
import { Resolver, type ResolverCounters } from './dns/resolver.ts'
import { DnsServer } from './dns/server.ts'
import { type OtherDns, standInFrontends } from './dns/stand-ins.ts'
import { ServiceNameView } from './dns/view.ts'
import { Zone } from './dns/zone.ts'
import {
  clusterAddressTest,
  type PodNetworkOptions,
  preparePodNetwork,
  removePodNetwork,
} from './pod-network/pod-network.ts'
import type { NodeFacts } from './services/frontend.ts'
import { hostPortFrontends } from './services/host-ports.ts'
import { serviceFrontends } from './services/service-frontends.ts'
import { removeServiceRules, ServiceRules, type ServiceRulesCounters } from './services/service-rules.ts'

export interface NetworkOptions {
  client: Client
  nodeName: string
  nodeAddress: string
  podCidr: string
  clusterCidr: string
  serviceCidr: string
  /** Addresses of the nodes in the mesh: reached like pods, without masquerade. */
  nodeCidr?: string
  /** ClusterIP of the cluster DNS, answered by this node. */
  dnsAddress: string
  clusterDomain: string
  /** ClusterIP of `kubernetes.default`, answered by this node's API. */
  apiServiceAddress: string
  /** The container runtime's CNI `conf_dir`. */
  cniDirectory: string
  /** For what outlives a restart. */
  stateDirectory: string
  /** Whose libnftables is used; without it the host's. */
  payload?: { path(name: string): string }
  clock: Clock
  log: Logger
  /** Names the node's nftables table: several nodes on one host never share one. Letters, digits and `-`. */
  instance: string
  mtu?: number
  /** The way to the other nodes' pods; without it ways are chosen by Node objects alone, and no NAT is crossed. */
  links?: NetworkLinks
  /** For tests: one way to all nodes. */
  forcedWay?: WayKind
  /** The UDP port of this node's tunnel; any by default. */
  tunnelPort?: number
  /** Rendezvous hosts, as `host:port`, which tell where the tunnel's socket is seen from outside. */
  reflectors?: readonly string[]
  /** The host's by default. */
  resolvConf?: string
}

export interface NetworkCounters {
  services: ServiceRulesCounters
  dns: ResolverCounters
  forwarder: Forwarder['counters']
}

/** A node's network, up. */
export interface Network {
  counters(): NetworkCounters
  /** How packets get to each other node, in words, by its name. */
  ways(): Map<string, WayFigures>
  /** The UDP port of this node's tunnel, once there are peers. */
  readonly tunnelPort: number | undefined
  /** Ends the agent's part; addresses, routes and rules stay, so that pods go on serving. DNS ends with it. */
  stop(): Promise<void>
  /** Ends, and leaves nothing behind on the host. */
  remove(): Promise<void>
}

const dnsPort = 53
const peersDelayMs = 1000

/** The host's part of the options: for `preparePodNetwork`, which may run before the API listens. */
export function podNetworkOptions(options: Omit<NetworkOptions, 'client' | 'payload' | 'clock'>): PodNetworkOptions {
  const { nodeAddress, podCidr, clusterCidr, serviceCidr, nodeCidr, cniDirectory, stateDirectory, mtu, log } = options
  return {
    nodeAddress,
    podCidr,
    clusterCidr,
    serviceCidr,
    nodeCidr,
    cniDirectory,
    mtu,
    log,
    ownServiceAddresses: [options.apiServiceAddress, options.dnsAddress],
    stateDirectory: join(stateDirectory, 'pod-addresses'),
  }
}

/** Resolves once pods can be made, services work and names resolve. Rejects with one clear line, and leaves nothing half. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  preparePodNetwork(podNetworkOptions(options))
  const network = new NodeNetwork(options)
  try {
    await network.start()
    return network
  } catch (error) {
    await network.stop()
    throw error
  }
}

/** Removes from the host what a network that has stopped left there for its pods. */
export async function removeNetwork(options: Omit<NetworkOptions, 'client' | 'clock'>): Promise<void> {
  await removeServiceRules(rulesOptions(options))
  removePeerRoutes(options.instance)
  removePodNetwork(podNetworkOptions(options))
}

function rulesOptions({ instance, payload, log }: Pick<NetworkOptions, 'instance' | 'payload' | 'log'>) {
  const libraries = payload && nftablesLibraries.map(({ path }) => payload.path(path))
  return { instance, libraries, log: log.child('services') }
}

class NodeNetwork implements Network {
  readonly #options: NetworkOptions
  readonly #facts: NodeFacts
  readonly #names = new ServiceNameView()
  readonly #forwarder: Forwarder
  readonly #resolver: Resolver
  readonly #peers: PeerNetwork
  readonly #changedServices = new Set<string>()
  readonly #changedPods = new Set<string>()
  #view: ClusterView | undefined
  #rules: ServiceRules | undefined
  #dns: DnsServer | undefined
  #otherNodesDns: DnsServer | undefined
  #canStandIn = false
  #standIns = ''
  #peersTimer: ReturnType<typeof setTimeout> | undefined
  #isFlushDue = false
  #isSynced = false

  constructor(options: NetworkOptions) {
    this.#options = options
    const { nodeName, podCidr, clusterCidr, nodeCidr, serviceCidr, dnsAddress, apiServiceAddress, clock, log } = options
    const clusterCidrs = nodeCidr === undefined ? [clusterCidr] : [clusterCidr, nodeCidr]
    const ownServiceAddresses = [apiServiceAddress, dnsAddress]
    this.#facts = { nodeName, family: 'IPv4', podCidr, clusterCidrs, serviceCidr, ownServiceAddresses }
    const address = addressOf(dnsAddress)
    const { resolvConf = '/etc/resolv.conf', clusterDomain } = options
    this.#forwarder = new Forwarder({ resolvConf, ownAddresses: [address], clock, log: log.child('dns') })
    const isClusterAddress = clusterAddressTest([clusterCidr, serviceCidr])
    const zone = new Zone({ clusterDomain, dnsAddress: address, isClusterAddress })
    this.#resolver = new Resolver(zone, this.#names, this.#forwarder)
    const { nodeAddress, instance, links, forcedWay, tunnelPort, reflectors } = options
    const changed = () => this.#waysChanged()
    const ways = { links, forcedWay, tunnelPort, reflectors, changed }
    this.#peers = new PeerNetwork({ nodeName, nodeAddress, instance, ...ways, log })
  }

  async start(): Promise<void> {
    const { client, nodeName, log } = this.#options
    this.#rules = await ServiceRules.open({ facts: this.#facts, ...rulesOptions(this.#options) })
    const handlers = {
      serviceChanged: (key: string) => this.#changed(this.#changedServices, key),
      podChanged: (key: string) => this.#changed(this.#changedPods, key),
      nodesChanged: () => this.#nodesChanged(),
      namespaceAdded: (name: string) => this.#names.addNamespace(name),
      namespaceRemoved: (name: string) => this.#names.removeNamespace(name),
    }
    this.#view = new ClusterView(client, nodeName, handlers, log)
    await this.#view.synced()
    // From here on: before, the rules of an earlier run would be replaced by the half of what there is.
    this.#isSynced = true
    this.#peers.setNodes(this.#view.nodes())
    this.#canStandIn = await this.#rules.canSeeListeners()
    if (!this.#canStandIn) log.info('this kernel has no nft_socket: no other node answers for a DNS that is down')
    this.#setStandIns()
    await this.#flush()
    await this.#listenDns()
    void this.#forwarder.refresh()
  }

  async #listenDns(): Promise<void> {
    const { dnsAddress, nodeAddress } = this.#options
    const log = this.#options.log.child('dns')
    const resolve = (bytes: Uint8Array, isTcp: boolean) => this.#resolver.resolve(bytes, isTcp)
    this.#dns = await DnsServer.listen({ address: dnsAddress, port: dnsPort, resolve, log })
    try {
      this.#otherNodesDns = await DnsServer.listen({ address: nodeAddress, port: dnsPort, resolve, log })
    } catch (error) {
      log.warn('other nodes whose DNS is down cannot ask this one', { error: (error as Error).message })
    }
  }

  counters(): NetworkCounters {
    return { services: this.#rules!.counters, dns: this.#resolver.counters, forwarder: this.#forwarder.counters }
  }

  async stop(): Promise<void> {
    this.#isSynced = false
    this.#view?.stop()
    this.#dns?.stop()
    this.#otherNodesDns?.stop()
    this.#forwarder.close()
    clearTimeout(this.#peersTimer)
    await this.#peers.stop()
    await this.#rules?.stop()
  }

  async remove(): Promise<void> {
    await this.stop()
    await removeNetwork(this.#options)
  }

  ways(): Map<string, WayFigures> {
    return this.#peers.ways()
  }

  get tunnelPort(): number | undefined {
    return this.#peers.tunnelPort
  }

  /** Nodes change every few seconds (their status): at most one look at them a second. */
  #nodesChanged(): void {
    if (this.#peersTimer !== undefined || !this.#isSynced) return
    this.#peersTimer = setTimeout(() => {
      this.#peersTimer = undefined
      this.#peers.setNodes(this.#view?.nodes() ?? [])
      this.#waysChanged()
    }, peersDelayMs)
  }

  #waysChanged(): void {
    if (!this.#isSynced || !this.#setStandIns()) return
    setImmediate(() => void this.#flush())
  }

  /** True when others may stand in than before. */
  #setStandIns(): boolean {
    if (!this.#canStandIn) return false
    const ways = this.#peers.ways()
    const others = (this.#view?.nodes() ?? []).flatMap((node): OtherDns[] => {
      const peer = node.metadata?.name === this.#options.nodeName ? undefined : peerOf(node)
      if (peer === undefined) return []
      const isReady = !node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status !== 'True')
      const isReachedByKernel = /^(route|VXLAN)/.test(ways.get(peer.name)?.way ?? '')
      return [{ address: formatAddress(peer.nodeAddress), isReady, isReachedByKernel }]
    })
    const frontends = standInFrontends(this.#options.dnsAddress, dnsPort, others)
    const text = JSON.stringify(frontends)
    if (text === this.#standIns) return false
    this.#standIns = text
    this.#rules?.set('dns', frontends)
    return true
  }

  /** Changes of one turn of the loop go into one transaction. */
  #changed(keys: Set<string>, key: string): void {
    keys.add(key)
    if (this.#isFlushDue || !this.#isSynced) return
    this.#isFlushDue = true
    setImmediate(() => void this.#flush())
  }

  async #flush(): Promise<void> {
    this.#isFlushDue = false
    const view = this.#view
    const rules = this.#rules
    if (!this.#isSynced || view === undefined || rules === undefined) return
    for (const key of this.#changedServices) {
      const service = view.service(key)
      const slices = view.slices(key)
      this.#names.set(key, service, slices)
      rules.set(`service ${key}`, service === undefined ? [] : serviceFrontends(service, slices, this.#facts))
    }
    this.#changedServices.clear()
    for (const key of this.#changedPods) {
      const pod = view.pod(key)
      rules.set(`pod ${key}`, pod === undefined ? [] : hostPortFrontends(pod, this.#facts))
    }
    this.#changedPods.clear()
    await rules.apply()
  }
}
