import { type Address, type Cidr, familyOf, formatAddress, formatCidr } from '../address/address.ts'
import {
  type Attributes,
  concatenate,
  decodeAttributes,
  encodeAttributes,
  flags,
  readText,
  readUint32,
  uint32,
} from './message.ts'
import { errnos, families, NetlinkError, NetlinkSocket } from './socket.ts'

/** A route of the main table. */
export interface Route {
  destination: Cidr
  /** Next hop; absent for what is reached directly. */
  gateway?: Address
  /** Index of the device. */
  link?: number
  /** Source address chosen for connections of the host's own. */
  source?: Address
  /** rtnetlink's `protocol`: who made the route. */
  protocol: number
  mtu?: number
}

export interface LinkAddress {
  link: number
  address: Address
  prefixLength: number
}

export interface Link {
  index: number
  name: string
  mtu: number
  isUp: boolean
}

/** `protocol` of the routes that Skein makes: how it knows its own again (values from 5 on are free for daemons). */
export const skeinRouteProtocol = 83

const messageTypes = {
  newLink: 16,
  getLink: 18,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
}
const addressAttributes = { address: 1, local: 2 }
const routeAttributes = { destination: 1, outputLink: 4, gateway: 5, preferredSource: 7, metrics: 8, table: 15 }
const mtuMetric = 2
const linkAttributes = { name: 3, mtu: 4 }
const mainTable = 254
const scopes = { universe: 0, link: 253 }

const familyNumber = (address: Address): number => (familyOf(address) === 'IPv4' ? 2 : 10)

/** Links, addresses and routes of this network namespace, by rtnetlink(7). Calls are synchronous and short. */
export class RouteNetlink {
  readonly #socket = new NetlinkSocket(families.route)

  links(): Link[] {
    const body = new Uint8Array(16)
    return this.#socket.request('list links', messageTypes.getLink, flags.dump, body).flatMap((message) => {
      if (message.type !== messageTypes.newLink) return []
      const attributes = decodeAttributes(message.body.subarray(16))
      return {
        index: readUint32(message.body.subarray(4)),
        name: readText(attributes.get(linkAttributes.name) ?? new Uint8Array()),
        mtu: readUint32(attributes.get(linkAttributes.mtu) ?? new Uint8Array(4)),
        isUp: (readUint32(message.body.subarray(8)) & 1) === 1,
      }
    })
  }

  /** Sets a link up. */
  setUp(link: number): void {
    this.#socket.request(
      'set link up',
      messageTypes.newLink,
      0,
      concatenate(new Uint8Array(4), uint32(link), uint32(1), uint32(1)),
    )
  }

  setMtu(link: number, mtu: number): void {
    const body = concatenate(new Uint8Array(4), uint32(link), new Uint8Array(8))
    const attributes = encodeAttributes([[linkAttributes.mtu, uint32(mtu)]])
    this.#socket.request('set MTU', messageTypes.newLink, 0, concatenate(body, attributes))
  }

  addresses(): LinkAddress[] {
    return this.#socket
      .request('list addresses', messageTypes.getAddress, flags.dump, new Uint8Array(8))
      .flatMap((message) => {
        if (message.type !== messageTypes.newAddress) return []
        const attributes = decodeAttributes(message.body.subarray(8))
        const address = attributes.get(addressAttributes.local) ?? attributes.get(addressAttributes.address)
        if (address === undefined) return []
        return { link: readUint32(message.body.subarray(4)), address, prefixLength: message.body[1]! }
      })
  }

  /** Adds an address to a link; one that is there already is fine. */
  addAddress(address: LinkAddress): void {
    const what = `add address ${formatAddress(address.address)}/${address.prefixLength}`
    this.#socket.request(what, messageTypes.newAddress, flags.create | flags.replace, addressBody(address))
  }

  /** Removes an address from a link; one that is not there is fine. */
  removeAddress(address: LinkAddress): void {
    const what = `remove address ${formatAddress(address.address)}/${address.prefixLength}`
    ignoring([errnos.EADDRNOTAVAIL, errnos.ENODEV], () =>
      this.#socket.request(what, messageTypes.deleteAddress, 0, addressBody(address)),
    )
  }

  /** Unicast routes of the main table, without what the kernel remembers of single paths (their MTU). */
  routes(): Route[] {
    return this.#socket
      .request('list routes', messageTypes.getRoute, flags.dump, new Uint8Array(12))
      .flatMap((message) => {
        const body = message.body
        const attributes = decodeAttributes(body.subarray(12))
        const table = attributes.has(routeAttributes.table)
          ? readUint32(attributes.get(routeAttributes.table)!)
          : body[4]!
        const [unicast, cloned] = [1, 0x200]
        const isCloned = (readUint32(body.subarray(8)) & cloned) !== 0
        if (message.type !== messageTypes.newRoute || table !== mainTable || body[7] !== unicast || isCloned) return []
        const any = new Uint8Array(body[0] === 2 ? 4 : 16)
        const link = attributes.get(routeAttributes.outputLink)
        const metrics = attributes.get(routeAttributes.metrics)
        const mtu = metrics && decodeAttributes(metrics).get(mtuMetric)
        return {
          destination: { address: attributes.get(routeAttributes.destination) ?? any, prefixLength: body[1]! },
          gateway: attributes.get(routeAttributes.gateway),
          link: link && readUint32(link),
          source: attributes.get(routeAttributes.preferredSource),
          protocol: body[5]!,
          mtu: mtu && readUint32(mtu),
        }
      })
  }

  /** Makes a route, or replaces the one to the same destination. */
  replaceRoute(route: Route): void {
    const what = `route ${formatCidr(route.destination)}`
    this.#socket.request(what, messageTypes.newRoute, flags.create | flags.replace, routeBody(route))
  }

  /** Removes a route; one that is not there is fine. */
  removeRoute(route: Route): void {
    const what = `remove route ${formatCidr(route.destination)}`
    ignoring([errnos.ESRCH, errnos.ENODEV], () =>
      this.#socket.request(what, messageTypes.deleteRoute, 0, routeBody(route)),
    )
  }

  close(): void {
    this.#socket.close()
  }
}

function ignoring(ignored: number[], action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof NetlinkError) || !ignored.includes(error.errno)) throw error
  }
}

function addressBody({ link, address, prefixLength }: LinkAddress): Uint8Array {
  const fixed = Uint8Array.of(familyNumber(address), prefixLength, 0, scopes.universe, 0, 0, 0, 0)
  fixed.set(uint32(link), 4)
  return concatenate(
    fixed,
    encodeAttributes([
      [addressAttributes.local, address],
      [addressAttributes.address, address],
    ]),
  )
}

function routeBody(route: Route): Uint8Array {
  const { destination, gateway, link, source, protocol, mtu } = route
  const scope = gateway === undefined ? scopes.link : scopes.universe
  const unicast = 1
  const onLink = gateway !== undefined && link !== undefined ? 4 : 0
  const fixed = Uint8Array.of(
    familyNumber(destination.address),
    destination.prefixLength,
    0,
    0,
    mainTable,
    protocol,
    scope,
    unicast,
  )
  const attributes: Attributes = [[routeAttributes.destination, destination.address]]
  if (gateway !== undefined) attributes.push([routeAttributes.gateway, gateway])
  if (link !== undefined) attributes.push([routeAttributes.outputLink, uint32(link)])
  if (source !== undefined) attributes.push([routeAttributes.preferredSource, source])
  if (mtu !== undefined) attributes.push([routeAttributes.metrics, encodeAttributes([[mtuMetric, uint32(mtu)]])])
  return concatenate(fixed, uint32(onLink), encodeAttributes(attributes))
}
