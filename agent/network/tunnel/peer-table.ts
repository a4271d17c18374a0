import { type Address, type Cidr, contains, formatAddress } from '../address/address.ts'

/** Bounds the memory of what was looked up: then it begins anew. */
const maxRemembered = 10_000

/** Which peer an address belongs to: the one with the longest prefix. */
export class PeerTable<P> {
  readonly #entries: { cidr: Cidr; peer: P }[] = []
  readonly #remembered = new Map<string | number, P | undefined>()

  constructor(peers: Iterable<[P, Cidr[]]>) {
    for (const [peer, cidrs] of peers) for (const cidr of cidrs) this.#entries.push({ cidr, peer })
    this.#entries.sort((one, other) => other.cidr.prefixLength - one.cidr.prefixLength)
  }

  ofAddress(address: Address): P | undefined {
    return this.#entries.find(({ cidr }) => contains(cidr, address))?.peer
  }

  /** Whose an IP packet's source is; undefined also for what is no IP packet. The packet begins at `ip`. */
  ofSource(bytes: Uint8Array, ip: number): P | undefined {
    return this.#peerAt(bytes, ip, 12, 8)
  }

  /** The same for its destination. */
  ofDestination(bytes: Uint8Array, ip: number): P | undefined {
    return this.#peerAt(bytes, ip, 16, 24)
  }

  #peerAt(bytes: Uint8Array, ip: number, at4: number, at6: number): P | undefined {
    const version = bytes[ip]! >> 4
    if (version === 4 && ip + 20 <= bytes.length) {
      const at = ip + at4
      const key = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
      return this.#remembered.get(key) ?? this.#lookUp(key, bytes.subarray(at, at + 4))
    }
    if (version !== 6 || ip + 40 > bytes.length) return undefined
    const address = bytes.subarray(ip + at6, ip + at6 + 16)
    const key = formatAddress(address)
    return this.#remembered.get(key) ?? this.#lookUp(key, address)
  }

  #lookUp(key: string | number, address: Address): P | undefined {
    // Nobody's, as was found before.
    if (this.#remembered.has(key)) return undefined
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear()
    const peer = this.ofAddress(address)
    this.#remembered.set(key, peer)
    return peer
  }
}
