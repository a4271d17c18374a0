// dns-packet 5.6.1 has no types of its own. Tests use it as a second opinion on our messages.
// @ts-expect-error untyped
import * as untyped from 'dns-packet'

export interface PacketRecord {
  name: string
  type: string
  ttl?: number
  data?: unknown
}

export interface Packet {
  type?: 'query' | 'response'
  id?: number
  flags?: number
  rcode?: string
  flag_tc?: boolean
  flag_aa?: boolean
  questions?: { name: string; type: string; class?: string }[]
  answers?: PacketRecord[]
  authorities?: PacketRecord[]
  additionals?: PacketRecord[]
}

export const { encode, decode } = untyped as {
  encode(packet: Packet): Uint8Array
  decode(bytes: Uint8Array): Packet
}
