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

  peerOf(address: Address): P | undefined {
    const key =
      address.length === 4
        ? (address[0]! << 24) | (address[1]! << 16) | (address[2]! << 8) | address[3]!
        : formatAddress(address)
    if (this.#remembered.has(key)) return this.#remembered.get(key)
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear()
    const peer = this.#entries.find(({ cidr }) => contains(cidr, address))?.peer
    this.#remembered.set(key, peer)
    return peer
  }
}

/** The addresses of an IP packet; undefined for what is none. */
export function destinationOf(packet: Uint8Array): Address | undefined {
  if (packet[0]! >> 4 === 4 && packet.length >= 20) return packet.subarray(16, 20)
  if (packet[0]! >> 4 === 6 && packet.length >= 40) return packet.subarray(24, 40)
  return undefined
}

export function sourceOf(packet: Uint8Array): Address | undefined {
  if (packet[0]! >> 4 === 4 && packet.length >= 20) return packet.subarray(12, 16)
  if (packet[0]! >> 4 === 6 && packet.length >= 40) return packet.subarray(8, 24)
  return undefined
}
