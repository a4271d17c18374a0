import type { Address } from '../address/address.ts'
import { familyOf } from '../address/address.ts'
import { concatenate, encodeAttributes, flags, nested, text, uint16BigEndian, uint32 } from './message.ts'
import { errnos, families, NetlinkError, NetlinkSocket } from './socket.ts'

export interface VxlanLink {
  name: string
  /** Six bytes. */
  hardwareAddress: Uint8Array
  mtu: number
  /** VXLAN network identifier. */
  identifier: number
  /** UDP port of both ends. */
  port: number
  /** Underlay address that this node sends from. */
  local: Address
}

/** Another node as the overlay reaches it. */
export interface VxlanNeighbour {
  /** The next hop of routes through the overlay. */
  address: Address
  hardwareAddress: Uint8Array
  /** The node's underlay address. */
  remote: Address
}

const messageTypes = { newLink: 16, deleteLink: 17, newNeighbour: 28, deleteNeighbour: 29 }
const linkAttributes = { hardwareAddress: 1, name: 3, mtu: 4, linkInfo: 18 }
const infoAttributes = { kind: 1, data: 2 }
const vxlanAttributes = { identifier: 1, local: 4, learning: 7, port: 15, local6: 17 }
const neighbourAttributes = { destination: 1, hardwareAddress: 2 }
const neighbourStates = { noArp: 0x40, permanent: 0x80 }
const bridgeFamily = 7
const selfFlag = 2

/** A VXLAN device and its neighbours: no learning, no flooding; everything is told to it. */
export class VxlanNetlink {
  readonly #socket = new NetlinkSocket(families.route)

  /** Makes the device; one of this name must not be there. */
  addLink({ name, hardwareAddress, mtu, identifier, port, local }: VxlanLink): void {
    const data = encodeAttributes([
      [vxlanAttributes.identifier, uint32(identifier)],
      [familyOf(local) === 'IPv4' ? vxlanAttributes.local : vxlanAttributes.local6, local],
      [vxlanAttributes.learning, Uint8Array.of(0)],
      [vxlanAttributes.port, uint16BigEndian(port)],
    ])
    const info = encodeAttributes([
      [infoAttributes.kind, text('vxlan')],
      [infoAttributes.data | nested, data],
    ])
    const attributes = encodeAttributes([
      [linkAttributes.name, text(name)],
      [linkAttributes.hardwareAddress, hardwareAddress],
      [linkAttributes.mtu, uint32(mtu)],
      [linkAttributes.linkInfo | nested, info],
    ])
    const body = concatenate(new Uint8Array(16), attributes)
    this.#socket.request(`make device ${name}`, messageTypes.newLink, flags.create | flags.exclusive, body)
  }

  /** Removes a device, with its routes and neighbours; one that is not there is fine. */
  removeLink(name: string): void {
    const body = concatenate(new Uint8Array(16), encodeAttributes([[linkAttributes.name, text(name)]]))
    ignoring(errnos.ENODEV, () => this.#socket.request(`remove device ${name}`, messageTypes.deleteLink, 0, body))
  }

  /** Adds or changes a neighbour of a device. */
  setNeighbour(link: number, { address, hardwareAddress, remote }: VxlanNeighbour): void {
    const create = flags.create | flags.replace
    const permanent = neighbourStates.permanent
    const resolved = neighbourBody(familyOf(address) === 'IPv4' ? 2 : 10, link, permanent, 0, address, hardwareAddress)
    this.#socket.request('set neighbour', messageTypes.newNeighbour, create, resolved)
    const forwarded = neighbourBody(
      bridgeFamily,
      link,
      permanent | neighbourStates.noArp,
      selfFlag,
      remote,
      hardwareAddress,
    )
    this.#socket.request('set forwarding', messageTypes.newNeighbour, create, forwarded)
  }

  /** Removes a neighbour of a device; one that is not there is fine. */
  removeNeighbour(link: number, { address, hardwareAddress, remote }: VxlanNeighbour): void {
    const resolved = neighbourBody(familyOf(address) === 'IPv4' ? 2 : 10, link, 0, 0, address, hardwareAddress)
    const forwarded = neighbourBody(bridgeFamily, link, 0, selfFlag, remote, hardwareAddress)
    for (const body of [resolved, forwarded])
      ignoring(errnos.ENOENT, () => this.#socket.request('remove neighbour', messageTypes.deleteNeighbour, 0, body))
  }

  close(): void {
    this.#socket.close()
  }
}

function neighbourBody(
  family: number,
  link: number,
  state: number,
  neighbourFlags: number,
  destination: Address,
  hardwareAddress: Uint8Array,
): Uint8Array {
  const fixed = concatenate(Uint8Array.of(family, 0, 0, 0), uint32(link), Uint8Array.of(state, 0, neighbourFlags, 0))
  const attributes = encodeAttributes([
    [neighbourAttributes.destination, destination],
    [neighbourAttributes.hardwareAddress, hardwareAddress],
  ])
  return concatenate(fixed, attributes)
}

function ignoring(errno: number, action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.errno !== errno) throw error
  }
}
