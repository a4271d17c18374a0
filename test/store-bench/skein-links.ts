import { keyPair } from 'hypercore-crypto'
import { systemClock } from '../../mesh/clock/clock.ts'
import type { Links, PeerAddresses } from '../../mesh/link/links.ts'
import { openLinks } from '../../mesh/link/open-links.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { WebSocketTransport } from '../../mesh/websocket/websocket-transport.ts'

export const seed = new Uint8Array(32).fill(7)
const basePort = 28_570

/** Voters 0 to 2, the learner that is read from, and the load. */
export const voterCount = 3
export const readerNumber = 3
export const loadNumber = 4
export const identities = [0, 1, 2, readerNumber, loadNumber].map((number) => {
  const pair = keyPair(Buffer.alloc(32, number + 1))
  return { number, pair, key: pair.publicKey.toString('hex'), port: basePort + number }
})

/** Links of one of them; dialled by `connect`, after the protocols are served. */
export async function openBenchLinks(number: number): Promise<Links & { connect(): void }> {
  const { pair, key, port } = identities[number]!
  const log = silentLogger
  const transport = new WebSocketTransport({ keyPair: pair, listen: { host: '127.0.0.1', port }, log })
  const links = await openLinks({ self: key, transports: [transport], clock: systemClock, random: Math.random, log })
  const others = identities.filter((other) => other.number !== number)
  const addresses = (other: { port: number }): PeerAddresses => ({
    udp: [],
    webSocket: [`ws://127.0.0.1:${other.port}/skein`],
  })
  return Object.assign(links, {
    connect: () => links.setPeers(new Map(others.map((other) => [other.key, addresses(other)]))),
  })
}
