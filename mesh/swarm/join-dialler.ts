import { createHash } from 'node:crypto'
import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { JoinDialler } from '../identity/join.ts'
import type { JoinToken, tokenKeyPair } from '../identity/token.ts'
import { type Dial, firstToOpen } from '../link/first-to-open.ts'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Connection } from '../link/transport.ts'
import type { Logger } from '../logger/logger.ts'
import type { Dht } from './swarm-options.ts'
import { SwarmTransport } from './swarm-transport.ts'

/** Under this topic the members of a cluster are found by nodes that want to join; told by the token's cluster key. */
export function joinTopic(clusterKey: string): Buffer {
  return createHash('sha256').update('skein join topic').update(clusterKey).digest()
}

export interface SwarmJoinOptions {
  /** When the token names no rendezvous. */
  dht: Dht
  /** IPv4 address to bind to. Default 0.0.0.0. */
  host?: string
  /** Members met otherwise, such as on the local network. */
  more?: () => ReadonlyMap<PeerKey, PeerAddresses>
  log: Logger
}

/** Joins through the DHT of the token's rendezvous, by the token's key pair, also where both ends are behind NAT. */
export class SwarmJoinDialler implements JoinDialler {
  readonly #options: SwarmJoinOptions

  constructor(options: SwarmJoinOptions) {
    this.#options = options
  }

  async dial(token: JoinToken, keys: ReturnType<typeof tokenKeyPair>, signal: AbortSignal): Promise<NoiseSecretStream> {
    const { dht, host, log, more } = this.#options
    const { rendezvous } = token.ways
    const transport = new SwarmTransport({
      keyPair: keys,
      bootstrap: rendezvous,
      dht: rendezvous.length > 0 ? 'none' : dht,
      host,
      isBrief: true,
      log,
    })
    try {
      await transport.start({
        isAllowed: () => false,
        accept: ({ stream }) => stream.destroy(),
        wayChanged() {},
      })
      const dials = [...(more?.() ?? [])].map(([peer, addresses]): Dial<Connection> => {
        return (given) => transport.dial(peer, addresses, given)
      })
      const canSearch = rendezvous.length > 0 || dht !== 'none'
      if (canSearch) dials.push((given) => transport.dialTopic(joinTopic(token.clusterKey), given))
      const { stream } = await firstToOpen({
        dials,
        streamOf: (connection) => connection.stream,
        none: 'no rendezvous is known, and no member was met on the local network',
        signal,
      })
      stream.once('close', () => transport.close())
      return stream
    } catch (error) {
      await transport.close()
      throw error
    }
  }
}
