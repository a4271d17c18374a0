import type NoiseSecretStream from '@hyperswarm/secret-stream'
import HyperDHT, { type Address, type ConnectOptions, type Request } from 'hyperdht'
import type { UDXStream } from '../udx/stream.ts'
import { HandshakeGate } from './handshake-gate.ts'

/** Of HyperDHT's commands. */
const peerHandshake = 0

/**
 * A HyperDHT node that takes on only so many handshakes at a time, and knows which of its streams run through a relay. HyperDHT opens a control connection to the relay
 * first, and says nothing of it to those above; but it does so by `connect(key)` without options (hyperdht 6.34), and a
 * relayed stream has the same remote address as its control connection.
 */
export class DhtNode extends HyperDHT {
  /** Where a relay stands, which saves the search in the DHT. */
  relayAddress: (publicKey: Buffer) => Address | undefined = () => undefined
  readonly #gate = new HandshakeGate()
  readonly #relayEnds = new Map<string, number>()

  override connect(publicKey: Buffer, options?: ConnectOptions): NoiseSecretStream {
    if (options !== undefined) return super.connect(publicKey, options)
    const address = this.relayAddress(publicKey)
    const control = super.connect(publicKey, { relayAddresses: address === undefined ? [] : [address] })
    this.#watchRelay(control)
    return control
  }

  override onrequest(request: Request): boolean {
    const { command, target, from } = request
    if (command === peerHandshake && target !== null && this.#isServer(target)) {
      // As lost: who means it asks again.
      if (!this.#gate.mayEnter(from.host, performance.now())) return true
    }
    return super.onrequest(request)
  }

  /** Whether packets of this stream go by a relay just now. */
  isRelayed(raw: UDXStream): boolean {
    return raw.remoteHost !== null && this.#relayEnds.has(`${raw.remoteHost}:${raw.remotePort}`)
  }

  /** Other handshakes are only passed on. */
  #isServer(target: Buffer): boolean {
    for (const server of this.listening) if (server.target?.equals(target)) return true
    return false
  }

  #watchRelay(control: NoiseSecretStream): void {
    control.once('open', () => {
      const { remoteHost, remotePort } = (control as unknown as { rawStream: UDXStream }).rawStream
      const end = `${remoteHost}:${remotePort}`
      this.#relayEnds.set(end, (this.#relayEnds.get(end) ?? 0) + 1)
      control.once('close', () => {
        const count = this.#relayEnds.get(end)! - 1
        if (count === 0) this.#relayEnds.delete(end)
        else this.#relayEnds.set(end, count)
      })
    })
  }
}
