import type NoiseSecretStream from '@hyperswarm/secret-stream'
import HyperDHT, { type Address, type ConnectOptions } from 'hyperdht'
import type { UDXStream } from '../udx/stream.ts'

/**
 * A HyperDHT node that knows which of its streams run through a relay. HyperDHT opens a control connection to the relay
 * first, and says nothing of it to those above; but it does so by `connect(key)` without options (hyperdht 6.34), and a
 * relayed stream has the same remote address as its control connection.
 */
export class DhtNode extends HyperDHT {
  /** Where a relay stands, which saves the search in the DHT. */
  relayAddress: (publicKey: Buffer) => Address | undefined = () => undefined
  readonly #relayEnds = new Map<string, number>()

  override connect(publicKey: Buffer, options?: ConnectOptions): NoiseSecretStream {
    if (options !== undefined) return super.connect(publicKey, options)
    const address = this.relayAddress(publicKey)
    const control = super.connect(publicKey, { relayAddresses: address === undefined ? [] : [address] })
    this.#watchRelay(control)
    return control
  }

  /** Whether packets of this stream go by a relay just now. */
  isRelayed(raw: UDXStream): boolean {
    return raw.remoteHost !== null && this.#relayEnds.has(`${raw.remoteHost}:${raw.remotePort}`)
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
