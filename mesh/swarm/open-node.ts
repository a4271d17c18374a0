import { networkInterfaces } from 'node:os'
import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
import type { Address } from 'hyperdht'
import { within } from '../clock/deadline.ts'
import type { Logger } from '../logger/logger.ts'
import { DhtNode } from './dht-node.ts'
import { isGlobal } from './endpoint.ts'
import { bindError, Rendezvous } from './rendezvous.ts'
import { RendezvousPlugin } from './rendezvous-plugin.ts'

export interface OpenNodeOptions {
  /** The port is ours: what follows asks other hosts, which may take seconds. */
  bound?(port: number): void
  keyPair: NoiseKeyPair
  /** IPv4 address to bind to. */
  host: string
  /** 0 for any free one. */
  port: number
  /** IPv4 address at which others reach `port` of this host, when that is known. */
  publicHost?: string
  /** It only dials, for a moment: it is no rendezvous, wherever it is. */
  isBrief?: boolean
  /** False: it was tried, nobody gets through. */
  mayPresume: boolean
  bootstrap: Address[]
  /** Whose traffic a public node relays. */
  isAllowed(publicKey: Buffer): boolean
  log: Logger
}

/** This node's place in the DHT. */
export interface OpenNode {
  node: DhtNode
  plugin: RendezvousPlugin
  /** `host:port` at which everybody reaches this node; undefined behind NAT. */
  publicAddress?: Address
  /** What a public node does for the others, on the three ports after its own. */
  rendezvous?: Rendezvous
}

/** As long as a start waits for bootstrap nodes; when they answer later, that is as good. */
const bootstrapPatienceMs = 2500
const rendezvousPorts = 3

/**
 * Opens this node's DHT socket and finds out whether others can reach it: when told so, when another node's ping comes
 * through, or, with nobody to ask, when an interface has an address that the whole internet may reach. A node that can be
 * reached becomes a rendezvous too. Rejects with one sentence when the port cannot be had.
 */
export async function openNode(options: OpenNodeOptions): Promise<OpenNode> {
  if (options.publicHost !== undefined) return openPublic(options, options.publicHost, options.port)
  const { host, port, bootstrap, keyPair } = options
  // A port given as a number would be one of six, and 0 HyperDHT's own.
  const range: [number, number] = [port, port === 0 ? 0 : port + 1]
  const node = new DhtNode({ host, port: range, anyPort: port === 0, bootstrap, keyPair })
  await bind(node, host, port)
  options.bound?.(node.io.serverSocket!.address().port)
  const bootstrapped = node.fullyBootstrapped()
  await within(bootstrapPatienceMs, bootstrapped, () => new Error('late')).catch(() => {})
  if (options.isBrief) return { node, plugin: registerPlugin(node) }
  const seen = node.firewalled ? null : node.remoteAddress()
  const isAlone = node.toArray({ limit: 1 }).length === 0
  const presumed = isAlone && options.mayPresume ? globalAddress() : undefined
  const publicHost = seen !== null && isGlobal(seen.host) ? seen.host : presumed
  if (publicHost === undefined) return { node, plugin: registerPlugin(node) }
  const boundPort = node.io.serverSocket!.address().port
  await node.destroy({ force: true })
  return openPublic(options, publicHost, boundPort)
}

async function openPublic(options: OpenNodeOptions, publicHost: string, port: number): Promise<OpenNode> {
  const { host, bootstrap, keyPair, isAllowed, log } = options
  if (port === 0) throw new Error('a node with a public address needs a fixed UDP port')
  const node = DhtNode.bootstrapper(port, publicHost, { host, bootstrap, keyPair })
  await bind(node, host, port)
  options.bound?.(port)
  await within(bootstrapPatienceMs, node.fullyBootstrapped(), () => new Error('late')).catch(() => {})
  const plugin = registerPlugin(node)
  const publicAddress = { host: publicHost, port }
  const ports = Array.from({ length: rendezvousPorts }, (_, index) => port + 1 + index)
  try {
    const own = { host, address: publicHost, ports, bootstrap: [publicAddress, ...bootstrap] }
    const rendezvous = await Rendezvous.open({ ...own, isAllowed, log })
    plugin.offered = rendezvous.offered
    return { node, plugin, publicAddress, rendezvous }
  } catch (error) {
    log.warn('this node is public, but no rendezvous for others', { reason: (error as Error).message })
    return { node, plugin, publicAddress }
  }
}

async function bind(node: DhtNode, host: string, port: number): Promise<void> {
  try {
    await node.bind()
  } catch (error) {
    // dht-rpc 6.27 cannot destroy a node that failed to bind: that rejects with the same error.
    await node.destroy({ force: true }).catch(() => {})
    throw bindError(error, host, port)
  }
}

function registerPlugin(node: DhtNode): RendezvousPlugin {
  const plugin = new RendezvousPlugin()
  node.register(RendezvousPlugin.pluginName, plugin)
  return plugin
}

/** An address of this machine that needs no NAT. */
export function globalAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find(({ family, internal, address }) => family === 'IPv4' && !internal && isGlobal(address))?.address
}
