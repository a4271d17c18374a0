import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type NoiseSecretStream from '@hyperswarm/secret-stream'
import HyperDHT, { type Address, type Server } from 'hyperdht'
import { hostOf, isGlobal, resolveEndpoints, textOf } from './endpoint.ts'
import { type OpenNode, openNode } from './open-node.ts'
import { probe } from './reachability.ts'
import { RelayDirectory } from './relay-directory.ts'
import { routeSource } from './route-source.ts'
import type { SwarmOptions } from './swarm-options.ts'
import { Topics } from './topics.ts'

const reopenPauseMs = 2000

/** Everything that begins anew when the host has moved. */
export interface Opened extends OpenNode {
  relays: RelayDirectory
  server: Server
}

export interface SwarmNodeOwner {
  /** Whose handshakes are answered, and whose traffic is relayed. */
  isAllowed(publicKey: Buffer): boolean
  hasRoom(): boolean
  accept(stream: NoiseSecretStream, opened: OpenNode): void
  /** `host:port` at which peers say that they are. */
  peerEndpoints(): string[]
  /** Hosts of the connections that there are. */
  remoteHosts(): string[]
  changed(): void
}

/** This node in the DHT: opened, announced, tested for being reachable, and opened anew when the host has moved. */
export class SwarmNode {
  readonly topics: Topics
  /** In use; 0 before `start`. */
  port = 0
  readonly #options: SwarmOptions
  readonly #owner: SwarmNodeOwner
  /** From which address the kernel sent to these hosts when they came into use. */
  readonly #sources = new Map<string, string | undefined>()
  #opened: Promise<Opened> | undefined
  #current: Opened | undefined
  /** Found out by a probe from outside. */
  #foundHost: string | undefined
  /** Nobody got through from outside, whatever was told or presumed. */
  #isRefuted = false
  #isClosed = false

  constructor(options: SwarmOptions, owner: SwarmNodeOwner) {
    this.#options = options
    this.#owner = owner
    this.topics = new Topics(options.keyPair, options.log)
    this.topics.set(options.topics ?? [])
  }

  /** Resolves once the port is had; what others see of this node is found out meanwhile. */
  async start(): Promise<void> {
    await new Promise<void>((bound, reject) => {
      this.#opened = this.#open(this.#options.port ?? 0, bound)
      this.#opened.then(
        () => bound(),
        (error: Error) => {
          reject(error)
          this.#options.log.error('UDP is out of use', { reason: error.message })
        },
      )
    })
  }

  get opened(): Promise<Opened> {
    return this.#opened!
  }

  get current(): Opened | undefined {
    return this.#current
  }

  peersChanged(): void {
    if (this.#current !== undefined) this.#nameCandidates(this.#current)
  }

  networkChanged(): void {
    this.topics.announce()
    this.#current?.server.refresh()
    this.#current?.relays.probe()
    this.#reopenWhenMoved()
  }

  /** A host is in use from now on. */
  async noteSource(host: string): Promise<void> {
    if (!this.#sources.has(host)) this.#sources.set(host, await routeSource(host))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.topics.stop()
    const opened = await this.#opened?.catch(() => undefined)
    if (opened !== undefined) await closeNode(opened)
  }

  async #open(port: number, whenBound?: () => void): Promise<Opened> {
    const { keyPair, host = '0.0.0.0', isBrief, log, bootstrap, dht } = this.#options
    const told = this.#isRefuted ? undefined : this.#options.publicHost
    const publicHost = told ?? this.#foundHost
    const known = [...bootstrap, ...(typeof dht === 'object' ? [dht.host] : []), ...this.#publicPeers()]
    const nodes = (await resolveEndpoints(known)).filter((address) => address.port !== port || !isOwnHost(address.host))
    const { isAllowed } = this.#owner
    const all = dht === 'public' ? [...nodes, ...(HyperDHT.BOOTSTRAP as unknown as Address[])] : nodes
    const mayPresume = !this.#isRefuted
    const bound = (bound: number) => {
      this.port = bound
      whenBound?.()
    }
    const open = await openNode({
      keyPair,
      host,
      port,
      publicHost,
      isBrief,
      mayPresume,
      bootstrap: all,
      isAllowed,
      log,
      bound,
    })
    let isTested = false
    const relays = new RelayDirectory(open.plugin, log, {
      found: (address) => {
        open.node.addNode(address)
        this.topics.announce()
        this.#owner.changed()
        if (!isTested) this.#test(opened)
        isTested = true
      },
      gone: () => this.#owner.changed(),
    })
    open.node.relayAddress = (publicKey) => relays.addressOf(publicKey)
    const server = open.node.createServer(
      // Whoever dials chooses the relay, or none.
      { firewall: (publicKey) => !this.#owner.hasRoom() || !isAllowed(publicKey) },
      (stream) => this.#owner.accept(stream, open),
    )
    const opened: Opened = { ...open, relays, server }
    this.#current = opened
    this.#nameCandidates(opened)
    for (const { host } of nodes) this.noteSource(host)
    server.listen(keyPair).then(
      () => this.topics.use(open.node, server),
      (error: Error) => {
        if (!open.node.destroyed) log.warn('this node was not announced', { reason: error.message })
      },
    )
    const { publicAddress } = opened
    if (publicAddress !== undefined) log.info('this node is public', { address: textOf(publicAddress) })
    this.#owner.changed()
    return opened
  }

  /** Public hosts that may be rendezvous: configured ones first. */
  async #nameCandidates({ relays, publicAddress }: Opened): Promise<void> {
    const candidates = await resolveEndpoints([...this.#options.bootstrap, ...this.#publicPeers()])
    const own = publicAddress === undefined ? '' : textOf(publicAddress)
    relays.setCandidates(candidates.filter((address) => textOf(address) !== own))
  }

  #publicPeers(): string[] {
    return this.#owner.peerEndpoints().filter((endpoint) => {
      const host = hostOf(endpoint)
      return isIP(host) === 0 || isGlobal(host)
    })
  }

  /** Now that somebody is there who can tell: is this node what it was taken for? */
  async #test(opened: Opened): Promise<void> {
    const { node, plugin, relays, publicAddress, rendezvous } = opened
    const { log, isBrief } = this.#options
    if (isBrief) return
    const { port } = node.io.serverSocket!.address()
    const foundHost = await probe(node.io.serverSocket!, plugin, relays.answering)
    if (this.#current !== opened || node.destroyed) return
    if (publicAddress === undefined) {
      if (foundHost === undefined || !isGlobal(foundHost)) return
      this.#foundHost = foundHost
      this.#reopen('others reach this node from outside: it becomes a rendezvous for them')
      return
    }
    if (foundHost === undefined) {
      const advice = `UDP ${port} to ${port + 3} should be let in, for this node to be a rendezvous`
      log.warn(`UDP port ${port} is not reached from outside: ${advice}`)
      this.#isRefuted = true
      this.#foundHost = undefined
      this.#reopen('this node is not public')
      return
    }
    if (rendezvous === undefined || (await probe(rendezvous.socket, plugin, relays.answering)) !== undefined) return
    if (node.destroyed) return
    plugin.offered = undefined
    log.warn(`UDP ports ${port + 1} to ${port + 3} are not reached from outside: let them in, for this node to relay`)
  }

  /** When the kernel sends from another address than before, the NAT mappings and the connections are worth nothing. */
  async #reopenWhenMoved(): Promise<void> {
    const answering = this.#current?.relays.answering.map(({ host }) => host) ?? []
    const hosts = new Set([...this.#owner.remoteHosts(), ...answering])
    for (const host of this.#sources.keys()) if (!hosts.has(host)) this.#sources.delete(host)
    let hasMoved = false
    for (const [host, before] of this.#sources) {
      const now = await routeSource(host)
      if (now !== undefined && now !== before) hasMoved = true
    }
    if (!hasMoved || this.#isClosed) return
    this.#foundHost = undefined
    this.#isRefuted = false
    this.#reopen('the network changed')
  }

  #reopen(reason: string): void {
    if (this.#isClosed) return
    this.#options.log.info(`${reason}; UDP connections begin anew`)
    this.#sources.clear()
    const before = this.#opened!
    this.#opened = before
      .catch(() => undefined)
      .then(async (opened) => {
        if (opened !== undefined) await closeNode(opened)
        return this.#openPatiently()
      })
    // Who waits for it is told; so is the log.
    this.#opened.catch(() => {})
  }

  /** A port or an address that is not to be had just now may be back. */
  async #openPatiently(): Promise<Opened> {
    for (;;) {
      try {
        return await this.#open(this.port)
      } catch (error) {
        if (this.#isClosed) throw error
        this.#options.log.error('UDP is out of use', { reason: (error as Error).message })
      }
      await Bun.sleep(reopenPauseMs)
    }
  }
}

function isOwnHost(host: string): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === host))
}

async function closeNode({ node, relays, rendezvous }: Opened): Promise<void> {
  relays.close()
  await Promise.all([node.destroy({ force: true }), rendezvous?.close()])
}
