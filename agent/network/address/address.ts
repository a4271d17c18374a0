/** An IP address as its bytes: 4 for IPv4, 16 for IPv6. */
export type Address = Uint8Array

export type Family = 'IPv4' | 'IPv6'

export interface Cidr {
  address: Address
  prefixLength: number
}

export const familyOf = (address: Address): Family => (address.length === 4 ? 'IPv4' : 'IPv6')

/** Parses `10.42.0.7` or `fd00::7` (without zone); undefined when it is neither. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** As `parseAddress`, but throws a RangeError that names what was given. */
export function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (address === undefined) throw new RangeError(`"${text}" is not an IP address`)
  return address
}

function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const bytes = new Uint8Array(4)
  for (const [index, part] of parts.entries()) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    bytes[index] = Number(part)
  }
  return bytes
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0]!)
  const tail = halves[1] === undefined ? [] : groupsOf(halves[1])
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail])
}

/** The bytes of `a:b:c`, whose last group may be a dotted IPv4 address. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (group.includes('.') && index === groups.length - 1) {
      const ipv4 = parseIpv4(group)
      if (ipv4 === undefined) return undefined
      bytes.push(...ipv4)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    }
  }
  return bytes
}

/** Dotted decimal, or RFC 5952 text for IPv6. */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (address[index * 2]! << 8) | address[index * 2 + 1]!)
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  const hex = groups.map((group) => group.toString(16))
  if (best.start < 0) return hex.join(':')
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`
}

/** Parses `10.42.0.0/16`; host bits are cleared. Throws a RangeError that names what was given. */
export function parseCidr(text: string): Cidr {
  const [addressText, lengthText, rest] = text.split('/')
  const address = parseAddress(addressText ?? '')
  const prefixLength = Number(lengthText)
  const isLength = /^\d{1,3}$/.test(lengthText ?? '') && rest === undefined
  if (address === undefined || !isLength || prefixLength > address.length * 8)
    throw new RangeError(`"${text}" is not a network such as 10.42.0.0/16`)
  return { address: maskAddress(address, prefixLength), prefixLength }
}

export const formatCidr = (cidr: Cidr): string => `${formatAddress(cidr.address)}/${cidr.prefixLength}`

function maskAddress(address: Address, prefixLength: number): Address {
  return address.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefixLength - index * 8))
    return byte & (0xff00 >> bits) & 0xff
  })
}

export function contains(cidr: Cidr, address: Address): boolean {
  if (cidr.address.length !== address.length) return false
  const masked = maskAddress(address, cidr.prefixLength)
  return masked.every((byte, index) => byte === cidr.address[index])
}

/** True when the two networks have an address in common. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  const [wide, narrow] = one.prefixLength <= other.prefixLength ? [one, other] : [other, one]
  return contains(wide, narrow.address)
}

/** The address `offset` places after the network's first one. */
export function addressAt(cidr: Cidr, offset: number): Address {
  const address = Uint8Array.from(cidr.address)
  let carry = offset
  for (let index = address.length - 1; index >= 0 && carry > 0; index--) {
    carry += address[index]!
    address[index] = carry & 255
    carry = Math.floor(carry / 256)
  }
  return address
}
