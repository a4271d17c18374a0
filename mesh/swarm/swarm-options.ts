import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
import type { Logger } from '../logger/logger.ts'

/** Which DHT beside the cluster's own public hosts: Holepunch's, none, or one at `HOST:PORT`. */
export type Dht = 'public' | 'none' | { host: string }

export interface SwarmOptions {
  keyPair: NoiseKeyPair
  /** Topics of 32 bytes under which this node is to be found; `setTopics` changes them. */
  topics?: Buffer[]
  /** `host:port` of rendezvous and of public members, as configured, from a token, or remembered. */
  bootstrap: string[]
  dht: Dht
  /** IPv4 address to bind to. Default 0.0.0.0. */
  host?: string
  /** UDP port; a public node uses the three after it as well. Any free one when left out, but not on a public node. */
  port?: number
  /** IPv4 address at which everybody reaches `port` of this host; found out when left out. */
  publicHost?: string
  /** It only dials, for a moment: it is no rendezvous, wherever it is. */
  isBrief?: boolean
  /** Those who are no peers yet, such as joining nodes, and what becomes of their connections. */
  guests?: Guests
  log: Logger
}

export interface Guests {
  isAllowed(publicKey: Buffer): boolean
  /** `from` is the address that it came from. */
  accept(stream: NoiseSecretStream, from: string): void
}
