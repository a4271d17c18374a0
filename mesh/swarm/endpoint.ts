import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Address } from 'hyperdht'
import { within } from '../clock/deadline.ts'

/** Without a network, name servers are asked for longer than a start should wait. */
const resolveTimeoutMs = 2000

/** `host:port` as people write it: a name, an IPv4 address, or an IPv6 address in brackets. */
export interface Endpoint {
  host: string
  port: number
}

/** Throws with one sentence when it is none. A port is required unless a default is given: then brackets are not, either. */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint {
  if (defaultPort !== undefined && isIP(text) === 6) return { host: text, port: defaultPort }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  if (host === undefined || port === undefined || port < 1 || port > 65535) {
    throw new Error(`'${text}' is no address: write HOST:PORT${defaultPort === undefined ? '' : ' or HOST'}`)
  }
  return { host, port }
}

/** The IPv4 addresses behind the endpoints; what is malformed, IPv6 only or not known to DNS is left out. */
export async function resolveEndpoints(endpoints: Iterable<string>): Promise<Address[]> {
  return resolveFamily(endpoints, 4)
}

/** The IPv6 addresses behind them, likewise. */
export async function resolveSix(endpoints: Iterable<string>): Promise<Endpoint[]> {
  return resolveFamily(endpoints, 6)
}

async function resolveFamily(endpoints: Iterable<string>, family: 4 | 6): Promise<Endpoint[]> {
  const found = await Promise.all([...new Set(endpoints)].map((text) => resolveEndpoint(text, family)))
  return found.filter((address) => address !== undefined)
}

async function resolveEndpoint(text: string, family: 4 | 6): Promise<Endpoint | undefined> {
  try {
    const { host, port } = parseEndpoint(text)
    if (isIP(host) !== 0) return isIP(host) === family ? { host, port } : undefined
    const late = () => new Error(`${host} was not resolved in time`)
    return { host: (await within(resolveTimeoutMs, lookup(host, { family }), late)).address, port }
  } catch {
    return undefined
  }
}

/** The host in what another node says is an endpoint: what is none gives no address, and does not throw. */
export function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '')
}

export function textOf({ host, port }: Endpoint): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** Whether an IPv4 address is one that the whole internet can reach, as far as the number tells. */
export function isGlobal(host: string): boolean {
  if (isIP(host) !== 4) return false
  const [a, b, c] = host.split('.').map(Number) as [number, number, number, number]
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  if (a === 100 && b >= 64 && b < 128) return false
  if ((a === 169 && b === 254) || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return false
  if (a === 192 && b === 0 && (c === 0 || c === 2)) return false
  return !((a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) || (a === 203 && b === 0 && c === 113))
}
