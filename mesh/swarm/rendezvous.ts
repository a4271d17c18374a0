import type NoiseSecretStream from '@hyperswarm/secret-stream'
import { Server as BlindRelay } from 'blind-relay'
import HyperDHT, { type Address, type Socket } from 'hyperdht'
import type { Logger } from '../logger/logger.ts'
import { DhtNode } from './dht-node.ts'
import { RendezvousPlugin } from './rendezvous-plugin.ts'

export interface RendezvousOptions {
  /** IPv4 address to bind to; 0.0.0.0 for all. */
  host: string
  /** IPv4 address at which others reach this host. */
  address: string
  /** UDP ports, one DHT node each: peers behind NAT learn from at least three what they look like from outside. */
  ports: number[]
  /** Other nodes of the same DHT. */
  bootstrap: Address[]
  /** Whose traffic is relayed; everybody's when left out. */
  isAllowed?(publicKey: Buffer): boolean
  log: Logger
}

/** What a rendezvous takes on at once; who comes above that is refused. */
export const maxRelayClients = 1024
export const maxRelayClientsPerKey = 64

/**
 * What peers behind NAT need of a public host: nodes of a DHT, in which they find each other, and a blind relay for those
 * whose NATs cannot be punched. It is no member, and of what it relays it sees ciphertext only.
 */
export class Rendezvous {
  readonly #options: RendezvousOptions
  readonly #nodes: DhtNode[] = []
  readonly #keyPair = HyperDHT.keyPair()
  readonly #clients = new Map<string, number>()
  #clientCount = 0
  #relay: BlindRelay | undefined

  private constructor(options: RendezvousOptions) {
    this.#options = options
  }

  /** Rejects with one sentence, such as of a port that is taken. */
  static async open(options: RendezvousOptions): Promise<Rendezvous> {
    const rendezvous = new Rendezvous(options)
    try {
      for (const port of options.ports) await rendezvous.#openNode(port)
      rendezvous.#introduceNodes()
      await rendezvous.#openRelay()
    } catch (error) {
      await rendezvous.close()
      throw error
    }
    return rendezvous
  }

  /** What the nodes' plugin answers, also for a DHT node of the same host that is not ours. */
  get offered(): { publicKey: Buffer; port: number } {
    return { publicKey: this.#keyPair.publicKey, port: this.#options.ports[0]! }
  }

  /** Where the relay is reached. */
  get socket(): Socket {
    return this.#nodes[0]!.io.serverSocket!
  }

  /** Pairs of peers whose traffic goes by this relay just now, and who is connected to it. */
  status(): { relayedPairs: number; clients: number } {
    return { relayedPairs: this.#relay?.stats.pairings.active ?? 0, clients: this.#clientCount }
  }

  async close(): Promise<void> {
    // What was announced ends by itself; taking it back would wait for nodes that may be gone.
    await Promise.all(this.#nodes.splice(0).map((node) => node.destroy({ force: true })))
  }

  async #openNode(port: number): Promise<void> {
    const { host, address, bootstrap } = this.#options
    const node = DhtNode.bootstrapper(port, address, { host, bootstrap })
    try {
      await node.bind()
    } catch (error) {
      // dht-rpc 6.27 cannot destroy a node that failed to bind: that rejects with the same error.
      await node.destroy({ force: true }).catch(() => {})
      throw bindError(error, host, port)
    }
    this.#nodes.push(node)
    const plugin = new RendezvousPlugin()
    plugin.offered = this.offered
    node.register(RendezvousPlugin.pluginName, plugin)
    await node.fullyBootstrapped()
  }

  /** Each knows the others, also where a router does not let them reach each other by their public address. */
  #introduceNodes(): void {
    const { address, ports } = this.#options
    this.#nodes.forEach((node, index) => {
      const introduce = () => {
        for (const port of ports) if (port !== ports[index]) node.addNode({ host: address, port })
      }
      introduce()
      node.on('remove-node', () => setImmediate(introduce))
    })
  }

  async #openRelay(): Promise<void> {
    const node = this.#nodes[0]!
    this.#relay = new BlindRelay({ createStream: (options) => node.createRawStream({ ...options, framed: true }) })
    const server = node.createServer(
      { firewall: (publicKey) => !this.#admits(publicKey), shareLocalAddress: false },
      (stream) => this.#accept(stream),
    )
    await server.listen(this.#keyPair)
  }

  #admits(publicKey: Buffer): boolean {
    if (this.#clientCount >= maxRelayClients) return false
    if ((this.#clients.get(publicKey.toString('hex')) ?? 0) >= maxRelayClientsPerKey) return false
    return this.#options.isAllowed?.(publicKey) ?? true
  }

  #accept(stream: NoiseSecretStream): void {
    const key = stream.remotePublicKey.toString('hex')
    this.#clientCount++
    this.#clients.set(key, (this.#clients.get(key) ?? 0) + 1)
    stream.on('close', () => {
      this.#clientCount--
      const left = this.#clients.get(key)! - 1
      if (left === 0) this.#clients.delete(key)
      else this.#clients.set(key, left)
    })
    stream.on('error', (error) => this.#options.log.debug('a relay client left', { error: error.message }))
    const session = this.#relay!.accept(stream, { id: stream.remotePublicKey })
    session.on('error', (error: Error) => this.#options.log.debug('relaying ended', { error: error.message }))
    session.on('pair', () => this.#options.log.debug('relaying between two peers', this.status()))
  }
}

/** One sentence about a UDP port that could not be had. */
export function bindError(error: unknown, host: string, port: number): Error {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new Error(`UDP port ${port} of ${host} is taken: choose another one, or end the program that has it`)
  }
  if (code === 'EADDRNOTAVAIL') return new Error(`${host} is no address of this machine`)
  if (code === 'EACCES') return new Error(`UDP port ${port} of ${host} needs more rights: choose one above 1023`)
  return new Error(`UDP port ${port} of ${host} cannot be used: ${message}`)
}
