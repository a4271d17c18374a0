import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { keyPair } from 'hypercore-crypto'
import { resourcePrefix } from '../../api/resource/key.ts'
import { leases, nodes } from '../../api/schema/generated/resources.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { Consensus } from '../../mesh/consensus/consensus.ts'
import { clusterKeyPair } from '../../mesh/identity/cluster-key.ts'
import type { Keyring } from '../../mesh/identity/keyring.ts'
import type { Finding } from '../../mesh/identity/member.ts'
import type { NodeKey } from '../../mesh/identity/node-key.ts'
import { makePrivateDirectory } from '../../mesh/identity/private-file.ts'
import type { JoinService } from '../../mesh/identity/serve-joins.ts'
import type { Links, PeerAddresses, PeerKey } from '../../mesh/link/links.ts'
import { openLinks } from '../../mesh/link/open-links.ts'
import { PeerRelayTransport } from '../../mesh/link/peer-relay.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { ChecksumExchange } from '../../mesh/store/checksum-exchange.ts'
import { LocalState } from '../../mesh/store/local-state.ts'
import { isTransientBelow } from '../../mesh/store/operation.ts'
import { watchAddresses } from '../../mesh/swarm/address-watch.ts'
import { chooseDht } from '../../mesh/swarm/dht-choice.ts'
import { hostOf, isGlobal, parseEndpoint } from '../../mesh/swarm/endpoint.ts'
import { joinTopic } from '../../mesh/swarm/join-dialler.ts'
import { Multicast } from '../../mesh/swarm/multicast.ts'
import { SixTransport } from '../../mesh/swarm/six-transport.ts'
import { SwarmTransport } from '../../mesh/swarm/swarm-transport.ts'
import { openTunnels } from '../../mesh/tunnel/open-tunnels.ts'
import type { Tunnels } from '../../mesh/tunnel/tunnels.ts'
import { WebSocketTransport } from '../../mesh/websocket/websocket-transport.ts'
import type { DataDirectory } from '../data-directory.ts'
import type { MeshOptions, NodeOptions } from '../node-options.ts'
import type { Entered } from './enter.ts'
import { LeadershipFeed } from './leadership-feed.ts'
import { hostAddresses, isPodLink } from './own-addresses.ts'
import { mergedAddresses, type Remembered, readRemembered } from './remembered.ts'

export interface MeshSources extends Entered {
  options: NodeOptions
  directory: DataDirectory
  nodeKey: NodeKey
  log: Logger
}

/** Leases and Node status come every few seconds or minutes from every node, and nobody waits for them. */
const heartbeatPrefixes = [leases, nodes].map(resourcePrefix)

type Peers = ReadonlyMap<PeerKey, PeerAddresses>

/** The way to the others: open before there is a log or a state. */
export class Mesh {
  readonly links: Links
  readonly tunnels: Tunnels
  /** What other nodes take of this one's state, and where theirs goes. */
  readonly state: LocalState
  /** Compares this node's state with that of others, each minute. */
  readonly checksums: ChecksumExchange
  readonly consensus: Consensus
  readonly leadership = new LeadershipFeed()
  readonly swarm: SwarmTransport
  /** Takes joining nodes in, once the state is there. */
  joins: JoinService | undefined
  /** As it was at start. */
  readonly remembered: Remembered
  readonly #multicast: Multicast
  readonly #unwatch: () => void
  readonly #watchers = new Set<() => void>()
  readonly #isPublic: boolean
  readonly #usesPublicDht: boolean
  #peers: Peers = new Map()
  #isClosed = false

  private constructor(sources: MeshSources, opened: Opened, remembered: Remembered, failed: (error: Error) => void) {
    const { directory, nodeKey, keyring, log } = sources
    const { links, swarm, webSocket } = opened
    this.links = links
    this.swarm = swarm
    this.remembered = remembered
    this.#isPublic = opened.isPublic
    this.#usesPublicDht = opened.usesPublicDht
    this.tunnels = openTunnels(links, log.child('mesh'))
    this.state = new LocalState(directory.view, log.child('store'))
    this.checksums = new ChecksumExchange({
      links,
      generation: keyring.operations.generation,
      leader: () => this.consensus.status.leader,
      logger: log.child('store'),
      differs: (reason) => this.state.store?.stop(reason),
    })
    this.consensus = new Consensus({
      state: this.state,
      ...logIdentity(nodeKey, keyring),
      directory: directory.operationsLog,
      ...{ links, tunnels: this.tunnels, clock: systemClock, logger: log.child('store') },
      mayWait: (payload) => isTransientBelow(heartbeatPrefixes, payload),
      leadershipChanged: (changed) => this.leadership.change(changed),
      failed,
    })
    this.#multicast = new Multicast({
      secret: clusterKeyPair(keyring).publicKey,
      self: () => ({ peer: links.self, udpPort: swarm.port, webSocketPort: webSocket.port ?? 0 }),
      ...{ clock: systemClock, log: log.child('mesh') },
      changed: () => this.#met(),
    })
    swarm.onChange(() => this.#changed())
    this.#unwatch = watchAddresses(
      () => this.#networkChanged(),
      (name) => !isPodLink(name),
    )
  }

  /**
   * Opens every transport; nobody is linked before `setPeers`. Rejects with one sentence when one cannot listen. `failed`: the
   * log takes no further part until a restart.
   */
  static async open(sources: MeshSources, failed: (error: Error) => void): Promise<Mesh> {
    const remembered = await readRemembered(sources.directory.peers)
    await makePrivateDirectory(dirname(sources.directory.view))
    let mesh: Mesh | undefined
    const opened = await openTransports(sources, remembered, {
      isAllowed: (key) => mesh?.joins?.isKnownToken(key.toString('hex')) ?? false,
      accept: (stream) => mesh?.joins?.accept(stream),
    })
    mesh = new Mesh(sources, opened, remembered, failed)
    await mesh.#multicast.start()
    return mesh
  }

  /** How others find this node. */
  get finding(): Finding {
    const { publicAddress, rendezvous } = this.swarm
    return {
      rendezvous: [...rendezvous].sort(),
      publicAddress,
      listens: publicAddress !== undefined || this.#isPublic,
      neighbours: [...this.#multicast.peers.keys()].sort(),
      usesPublicDht: this.#usesPublicDht,
    }
  }

  /** Calls when `finding` or the host's addresses have changed, until the returned function is called. */
  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** The other members, and where they said they are; those met on the local network are dialled there too. */
  setPeers(peers: Peers): void {
    this.#peers = peers
    this.#apply()
  }

  async stop(): Promise<void> {
    this.#isClosed = true
    this.#unwatch()
    this.#multicast.close()
    await this.consensus.close()
    await this.links.close()
  }

  #apply(): void {
    if (this.#isClosed) return
    const met = this.#multicast.peers
    this.links.setPeers(new Map([...this.#peers].map(([key, known]) => [key, mergedAddresses(known, met.get(key))])))
  }

  #met(): void {
    this.#apply()
    this.#changed()
  }

  #networkChanged(): void {
    this.#multicast.networkChanged()
    this.links.networkChanged()
    this.#changed()
  }

  #changed(): void {
    for (const changed of this.#watchers) changed()
  }
}

interface Opened {
  links: Links
  swarm: SwarmTransport
  webSocket: WebSocketTransport
  isPublic: boolean
  usesPublicDht: boolean
}

interface Guests {
  isAllowed(key: Buffer): boolean
  accept(stream: Parameters<JoinService['accept']>[0]): void
}

async function openTransports(sources: MeshSources, remembered: Remembered, guests: Guests): Promise<Opened> {
  const { nodeKey, keyring, options } = sources
  const { listen, rendezvous, dht: asked, advertise } = options.mesh
  const log = sources.log.child('mesh')
  const keys = keyPair(Buffer.from(nodeKey.seed, 'hex'))
  const clusterKey = clusterKeyPair(keyring)
  const webSocket = new WebSocketTransport({ keyPair: keys, listen, guests: { keyPair: clusterKey, ...guests }, log })
  const bootstrap = [...new Set([...rendezvous, ...remembered.rendezvous])]
  const isPublic = advertise.length > 0 || hostAddresses().some(isGlobal)
  const { dht, line } = chooseDht({ asked, isPublic, meetingPoints: [...bootstrap, ...publicEndpoints(remembered)] })
  log.info(line)
  const swarm = new SwarmTransport({
    keyPair: keys,
    topics: [joinTopic(clusterKey.publicKey.toString('hex'))],
    host: listen.host.includes(':') ? undefined : listen.host,
    port: listen.port,
    publicHost: publicHost(options.mesh),
    ...{ bootstrap, dht, guests, log },
  })
  const isSix = listen.host.includes(':')
  const six = new SixTransport({ keyPair: keys, host: isSix ? listen.host : '::', port: isSix ? listen.port : 0, log })
  const relay = new PeerRelayTransport({ keyPair: keys, log })
  const links = await openLinks({
    self: keys.publicKey.toString('hex'),
    transports: [webSocket, swarm, six, relay],
    ...{ log, clock: systemClock, random: Math.random },
  })
  relay.serveOn(links)
  return { links, swarm, webSocket, isPublic, usesPublicDht: dht === 'public' }
}

/** Of those advertised, the one with the port listened on: others learn a DHT node's port from its packets. */
function publicHost({ advertise, listen }: MeshOptions): string | undefined {
  return advertise.map((text) => parseEndpoint(text)).find(({ host, port }) => port === listen.port && isGlobal(host))
    ?.host
}

function publicEndpoints({ peers }: Remembered): string[] {
  const endpoints = [...peers.values()].flatMap(({ udp }) => udp)
  return endpoints.filter((endpoint) => isGlobal(hostOf(endpoint)))
}

/** Which log this node takes part in, and as whom. */
export function logIdentity(nodeKey: NodeKey, keyring: Keyring) {
  const { seed, generation } = keyring.operations
  return {
    id: keyPair(Buffer.from(nodeKey.seed, 'hex')).publicKey.toString('hex'),
    seed: Buffer.from(seed, 'hex'),
    generation,
    secret: digest('skein raft log', nodeKey.seed),
    cluster: clusterKeyPair(keyring).publicKey.toString('hex'),
  }
}

/** A value that follows from a secret without telling it. */
function digest(purpose: string, secret: string): Buffer {
  return createHash('sha256').update(purpose).update(secret).digest()
}
