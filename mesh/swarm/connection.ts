import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { Connection } from '../link/transport.ts'
import type { UDXStream } from '../udx/stream.ts'
import type { DhtNode } from './dht-node.ts'

/**
 * A stream of the DHT as a connection, once its handshake is done; undefined when it closed before that. `changed` is called
 * when a relayed stream has become a direct one.
 */
export async function connectionOf(
  stream: NoiseSecretStream,
  node: DhtNode,
  changed: (connection: Connection) => void,
): Promise<Connection | undefined> {
  // Whoever owns the stream listens to its close too; without any listener an error would end the process.
  stream.on('error', () => {})
  if (!(await stream.opened) || stream.destroying) return undefined
  const raw = (stream as unknown as { rawStream: UDXStream }).rawStream
  const connection: Connection = {
    stream,
    peer: stream.remotePublicKey.toString('hex'),
    ...wayOf(raw, node),
    isInitiator: stream.isInitiator,
  }
  raw.on('remote-changed' as 'open', () => {
    Object.assign(connection, wayOf(raw, node))
    changed(connection)
  })
  return connection
}

function wayOf(raw: UDXStream, node: DhtNode): Pick<Connection, 'way' | 'via'> {
  return { way: node.isRelayed(raw) ? 'relayed' : 'udp', via: `${raw.remoteHost}:${raw.remotePort}` }
}
