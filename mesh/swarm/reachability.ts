import { randomBytes } from 'node:crypto'
import type { Address } from 'hyperdht'
import type { RendezvousPlugin } from './rendezvous-plugin.ts'

/** So many rendezvous are asked, so often, each time waiting so long. */
const maxAsked = 3
const tries = 3
const patienceMs = 700
/** Probes of others that are on their way out at once; more are not sent. */
const maxSending = 32
export const probeTokenBytes = 16

/** What is listened on: a UDX socket, which emits `message` for every datagram that is no stream's. */
export interface ProbedSocket {
  address(): Address
  on(event: 'message', listener: (datagram: Buffer) => void): void
  off(event: 'message', listener: (datagram: Buffer) => void): void
}

/**
 * Whether anybody can reach this UDP socket: rendezvous are asked to send to it from a port that it never heard of. Gives
 * this host's address as they see it; undefined when nothing came, or nobody was there to ask.
 */
export async function probe(
  socket: ProbedSocket,
  plugin: RendezvousPlugin,
  rendezvous: readonly Address[],
): Promise<string | undefined> {
  const token = randomBytes(probeTokenBytes)
  const { port } = socket.address()
  const { promise: arrived, resolve } = Promise.withResolvers<true>()
  const listener = (datagram: Buffer) => {
    if (datagram.equals(token)) resolve(true)
  }
  socket.on('message', listener)
  try {
    for (let count = 0; count < tries; count++) {
      const asked = rendezvous.slice(0, maxAsked).map((node) => plugin.askForProbe(node, port, token))
      const hosts = Promise.any(asked).catch(() => undefined)
      const isReached = await Promise.race([arrived, Bun.sleep(patienceMs)])
      if (isReached) return await hosts
    }
    return undefined
  } finally {
    socket.off('message', listener)
  }
}

let sending = 0

/** From a new port, which no firewall on the way has seen. */
export async function sendProbe(to: Address, token: Buffer): Promise<void> {
  if (sending >= maxSending) return
  sending++
  try {
    const socket = await Bun.udpSocket({ socket: { error() {} } })
    socket.send(token, to.port, to.host)
    socket.close()
  } catch {
    // Who asked will see that nothing comes.
  } finally {
    sending--
  }
}
