import { isIP } from 'node:net'
import type { Endpoint } from '../tunnel/shared.ts'
import type { WayKind } from './peer.ts'
import { wayKinds } from './way-choice.ts'

/** What nodes tell each other of their ends of the pod network: all of it each time, as JSON. */
export interface NetworkMessage {
  /** X25519 public key of this session, base64url: with it both work out the tunnel's secret. */
  key: string
  /** The tunnel's socket at the addresses of the node's own networks, best first. */
  endpoints: Endpoint[]
  /** The tunnel's socket as others see it. */
  observed: Endpoint[]
  /** Ways that the sender can take to the receiver. */
  offered: WayKind[]
}

export const maxEndpoints = 4
export const maxObserved = 2
const maxMessageBytes = 4096

export function encodeMessage({ key, endpoints, observed, offered }: NetworkMessage): Buffer {
  const texts = (list: Endpoint[]) => list.map(({ address, port }) => `${address} ${port}`)
  return Buffer.from(JSON.stringify({ key, endpoints: texts(endpoints), observed: texts(observed), offered }))
}

/** Undefined for what is no such message. Ways that this release does not know are left out. */
export function decodeMessage(bytes: Uint8Array): NetworkMessage | undefined {
  if (bytes.byteLength > maxMessageBytes) return undefined
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { key, endpoints, observed, offered } = value as Record<string, unknown>
  const isKey = typeof key === 'string' && /^[\w-]{43}$/.test(key)
  if (!isKey || !Array.isArray(endpoints) || !Array.isArray(observed) || !Array.isArray(offered)) return undefined
  return {
    key,
    endpoints: endpoints.slice(0, maxEndpoints).flatMap(readEndpoint),
    observed: observed.slice(0, maxObserved).flatMap(readEndpoint),
    offered: wayKinds.filter((kind) => offered.includes(kind)),
  }
}

/** Only what the tunnel's socket can send to. */
function readEndpoint(value: unknown): Endpoint[] {
  const [address = '', port = ''] = typeof value === 'string' ? value.split(' ') : []
  const number = Number(port)
  return isIP(address) !== 0 && !address.includes('%') && Number.isInteger(number) && number > 0 && number < 65_536
    ? [{ address, port: number }]
    : []
}
