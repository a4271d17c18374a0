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

const codec = untyped as { encode(packet: Packet): Buffer; decode(bytes: Buffer): Packet }

export const encode = (packet: Packet): Uint8Array => codec.encode(packet)
export const decode = (bytes: Uint8Array): Packet => codec.decode(Buffer.from(bytes))
