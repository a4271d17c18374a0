import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
import type { Address, ConnectOptions } from 'hyperdht'
import type { PeerKey } from '../link/links.ts'
import type { Connection } from '../link/transport.ts'
import { connectionOf } from './connection.ts'
import type { DhtNode } from './dht-node.ts'
import type { RelayDirectory } from './relay-directory.ts'

/** A host that does not answer in this time is not reached directly. */
const pingTimeoutMs = 700
const maxAddresses = 8

/** A direct connection gets so much of a start before a relay is asked as well. */
const headStartMs = 250
/** The longest hole punching, by chance through a NAT with random ports, takes some 40 s. */
const directTimeoutMs = 50_000

export interface Dial {
  node: DhtNode
  relays: RelayDirectory
  keyPair: NoiseKeyPair
  peer: PeerKey
  /** Where the peer itself may answer. */
  addresses: Address[]
  /** DHT nodes that know the way to it, when some are known. */
  hints: Address[]
  /** A relayed connection is there already: only a direct one helps. */
  isRelayed: boolean
  signal: AbortSignal
  wayChanged(connection: Connection): void
}

export interface Dialled {
  connection: Connection
  /** Of a relayed connection: a direct one that is still being tried for. */
  direct?: Promise<Connection>
}

/**
 * Connects to a peer by its key: at the address of its that answers a ping, or through the DHT with hole punching; when
 * that takes its time, by a relay too. Rejects with one sentence.
 *
 * HyperDHT 6.34 can do both in one connection, but gives up punching when the relay is quicker than its search for the peer.
 */
export async function dialPeer(dial: Dial): Promise<Dialled> {
  const { node, signal } = dial
  const near = await firstToAnswer(node, dial.addresses.slice(0, maxAddresses))
  signal.throwIfAborted()
  const relayAddresses = near === undefined ? dial.hints : [near]
  const directEnd = new AbortController()
  const direct = open(dial, { relayAddresses, relayThrough: null }, directEnd.signal)
  const relayEnd = new AbortController()
  const abort = () => {
    directEnd.abort(signal.reason)
    relayEnd.abort(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  // Who can be reached by anybody is reached by the peer.
  const mayRelay = node.firewalled && !dial.isRelayed
  const relayed = mayRelay ? openRelayed(dial, relayAddresses, direct, relayEnd.signal) : direct
  try {
    const connection = await Promise.any([direct, relayed])
    if (connection.way !== 'relayed') {
      relayEnd.abort(new Error('a direct connection was quicker'))
      // It may have opened in the same turn.
      relayed.then(
        (late) => late !== connection && late.stream.destroy(),
        () => {},
      )
      return { connection }
    }
    const timer = setTimeout(() => directEnd.abort(new Error('the NATs between were not punched')), directTimeoutMs)
    direct.finally(() => clearTimeout(timer)).catch(() => {})
    return { connection, direct }
  } catch (error) {
    signal.throwIfAborted()
    const messages = (error as AggregateError).errors.map(({ message }: Error) => message)
    throw new Error([...new Set(messages)].join('; relayed: '))
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Through a relay only, when the direct connection is not there soon. */
async function openRelayed(
  dial: Dial,
  relayAddresses: Address[],
  direct: Promise<Connection>,
  signal: AbortSignal,
): Promise<Connection> {
  const { relays } = dial
  await Promise.race([Bun.sleep(headStartMs), direct.catch(() => {})])
  signal.throwIfAborted()
  if (relays.choose() === null) throw new Error('no relay is known')
  return open(dial, { relayAddresses, relayThrough: () => relays.choose(), holepunch: () => false }, signal)
}

async function open(dial: Dial, how: ConnectOptions, signal: AbortSignal): Promise<Connection> {
  const { node, keyPair, peer, wayChanged } = dial
  const stream = node.connect(Buffer.from(peer, 'hex'), { keyPair, ...how })
  const abort = () => stream.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure ??= error
  })
  try {
    const connection = await connectionOf(stream, node, wayChanged)
    if (connection !== undefined) return connection
    signal.throwIfAborted()
    throw explained(failure)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Directly only, however long hole punching takes. */
export async function dialDirectly(dial: Dial): Promise<Connection> {
  const near = await firstToAnswer(dial.node, dial.addresses.slice(0, maxAddresses))
  const relayAddresses = near === undefined ? dial.hints : [near]
  return open(dial, { relayAddresses, relayThrough: null }, AbortSignal.timeout(directTimeoutMs))
}

/** The first address at which a DHT node answers; all are asked at once. */
async function firstToAnswer(node: DhtNode, addresses: Address[]): Promise<Address | undefined> {
  if (addresses.length === 0) return undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), pingTimeoutMs)
  })
  const pings = addresses.map(async (address) => {
    await node.ping(address, { retry: false })
    return address
  })
  try {
    return await Promise.race([Promise.any(pings).catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}

function explained(error: NodeJS.ErrnoException | undefined): Error {
  if (error === undefined) return new Error('the connection closed during the handshake')
  return new Error(sentences[error.code ?? ''] ?? error.message)
}

const notPunched = 'the NATs between could not be punched'

const sentences: Readonly<Record<string, string>> = {
  PEER_NOT_FOUND: 'not found: it is off, or no rendezvous is shared with it',
  PEER_CONNECTION_FAILED: 'found but not reached: it is off or does not know this node yet',
  HANDSHAKE_INVALID: 'it did not answer the handshake',
  SERVER_ERROR: 'it refused the connection',
  SERVER_INCOMPATIBLE: 'it speaks another version of HyperDHT',
  CANNOT_HOLEPUNCH: notPunched,
  HOLEPUNCH_ABORTED: notPunched,
  HOLEPUNCH_PROBE_TIMEOUT: notPunched,
  HOLEPUNCH_DOUBLE_RANDOMIZED_NATS: 'both are behind NATs with random ports',
  REMOTE_ABORTED: notPunched,
  REMOTE_NOT_HOLEPUNCHABLE: notPunched,
  REMOTE_NOT_HOLEPUNCHING: notPunched,
  RELAY_ABORTED: 'the relay did not bring the two together',
}
