import { isAbsolute, resolve } from 'node:path'
import { parseDht } from '../mesh/swarm/dht-choice.ts'
import { type Endpoint, parseEndpoint, textOf } from '../mesh/swarm/endpoint.ts'
import type { Dht } from '../mesh/swarm/swarm-options.ts'
import { defaultDataDirectory } from './data-directory.ts'
import { durationMs } from './duration.ts'
import type { NodePlace } from './node-place.ts'

/** What `skein start` can be told. */
export interface NodeOptions {
  dataDirectory: string
  /** What was asked for; the rest follows from the cluster that the node is in or joins, or is the default. */
  place: Partial<Omit<NodePlace, 'format' | 'nodeNumber' | 'isFounder'>>
  /** Where people reach the API, beside the service address. */
  listen: Endpoint[]
  /** An external CRI socket, instead of the runtime inside the executable. */
  runtimeEndpoint?: string
  /** Above the pods' cgroups; '' but where several nodes run on one machine. */
  cgroupRoot: string
  mesh: MeshOptions
  join: JoinWishes
  /** Where the recovery key of a new cluster goes, instead of the terminal. */
  recoveryKeyFile?: string
  /** How long serving certificates live; renewed at two thirds of it. Undefined: a year. */
  certificateLifetimeMs?: number
  /** A person looks on: a new cluster's recovery key and a join token may be shown. Never where output may go to a log. */
  showsSecrets: boolean
}

/** How this node reaches others and is reached. */
export interface MeshOptions {
  /** For peers, WebSocket and UDP. */
  listen: Endpoint
  /** `host:port` each: more addresses where others reach this node, such as a forwarded port of a router. */
  advertise: string[]
  /** `host:port` each. */
  rendezvous: string[]
  /** Which DHT beside the cluster's own public hosts; undefined: as the cluster needs it. */
  dht?: Dht
}

export interface JoinWishes {
  token?: string
  /** Take the place of a member of the same name which is gone. */
  replace: boolean
}

/** A value that cannot be used; the message says which flag, what was wrong and what is expected. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** The flags as the command line gives them. */
export interface NodeFlags {
  name?: string
  dataDir?: string
  clusterName?: string
  clusterDomain?: string
  clusterCidr?: string
  serviceCidr?: string
  nodeCidr?: string
  listen?: string[]
  containerRuntimeEndpoint?: string
  cgroupRoot?: string
  meshListen?: string
  advertise?: string[]
  rendezvous?: string[]
  dht?: string
  join?: string
  replace?: boolean
  recoveryKeyFile?: string
  certificateLifetime?: string
}

export function nodeOptions(flags: NodeFlags, showsSecrets = false): NodeOptions {
  const meshListen = address('--mesh-listen', flags.meshListen ?? '0.0.0.0:6444')
  return {
    dataDirectory: resolve(flags.dataDir ?? defaultDataDirectory),
    place: {
      ...(flags.name !== undefined && { nodeName: nodeName(flags.name) }),
      ...(flags.clusterName !== undefined && { clusterName: flags.clusterName }),
      ...(flags.clusterDomain !== undefined && { clusterDomain: domain(flags.clusterDomain) }),
      ...(flags.clusterCidr !== undefined && { clusterCidr: cidr('--cluster-cidr', flags.clusterCidr) }),
      ...(flags.serviceCidr !== undefined && { serviceCidr: cidr('--service-cidr', flags.serviceCidr) }),
      ...(flags.nodeCidr !== undefined && { nodeCidr: cidr('--node-cidr', flags.nodeCidr) }),
    },
    listen: listenAddresses(flags.listen ?? ['127.0.0.1:6443']),
    runtimeEndpoint: endpoint(flags.containerRuntimeEndpoint),
    cgroupRoot: cgroupRoot(flags.cgroupRoot ?? ''),
    mesh: {
      listen: meshListen,
      advertise: (flags.advertise ?? []).map((text) => textOf(address('--advertise', text, meshListen.port))),
      rendezvous: (flags.rendezvous ?? []).map((text) => textOf(address('--rendezvous', text))),
      dht: dht(flags.dht),
    },
    recoveryKeyFile: flags.recoveryKeyFile && resolve(flags.recoveryKeyFile),
    certificateLifetimeMs: certificateLifetime(flags.certificateLifetime),
    showsSecrets,
    join: { token: flags.join, replace: flags.replace ?? false },
  }
}

const shortestCertificateLifetimeMs = 10_000
const longestCertificateLifetimeMs = 3650 * 24 * 3600_000

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** The name, when it can be one. Throws OptionError. */
export function nodeName(name: string): string {
  if (name.length <= 253 && name.split('.').every((part) => label.test(part) && part.length <= 63)) return name
  throw new OptionError(`--name ${name}: a node's name is lower-case letters, digits, '-' and '.' (RFC 1123)`)
}

function domain(name: string): string {
  if (name.split('.').every((part) => label.test(part))) return name
  throw new OptionError(`--cluster-domain ${name}: expected a DNS domain such as cluster.local`)
}

function cidr(flag: string, text: string): string {
  const [address = '', bits = ''] = text.split('/')
  const numbers = address.split('.').map(Number)
  const isAddress = numbers.length === 4 && numbers.every((n) => Number.isInteger(n) && n >= 0 && n <= 255)
  const size = Number(bits)
  if (!isAddress || bits === '' || !Number.isInteger(size) || size < 8 || size > 24) {
    throw new OptionError(`${flag} ${text}: expected an IPv4 range such as 10.42.0.0/16 (between /8 and /24)`)
  }
  const value = numbers.reduce((sum, n) => sum * 256 + n, 0)
  if (value % 2 ** (32 - size) !== 0) throw new OptionError(`${flag} ${text}: has bits set beyond its /${size}`)
  return text
}

function listenAddresses(texts: string[]): Endpoint[] {
  return texts.map((text) => address('--listen', text))
}

function address(flag: string, text: string, defaultPort?: number): Endpoint {
  try {
    return parseEndpoint(text, defaultPort)
  } catch {
    const expected = defaultPort === undefined ? 'ADDRESS:PORT such as 0.0.0.0:6443' : 'ADDRESS or ADDRESS:PORT'
    throw new OptionError(`${flag} ${text}: expected ${expected}; IPv6 in brackets`)
  }
}

function dht(text: string | undefined): Dht | undefined {
  try {
    return parseDht(text)
  } catch (error) {
    throw new OptionError((error as Error).message)
  }
}

function certificateLifetime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const lifetimeMs = durationMs(text) ?? 0
  if (lifetimeMs >= shortestCertificateLifetimeMs && lifetimeMs <= longestCertificateLifetimeMs) return lifetimeMs
  throw new OptionError(`--certificate-lifetime ${text}: expected from 10s to 3650d, such as 90d`)
}

function endpoint(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const path = text.replace(/^unix:\/\//, '')
  if (isAbsolute(path)) return path
  throw new OptionError(`--container-runtime-endpoint ${text}: expected unix:///path/to/socket`)
}

function cgroupRoot(text: string): string {
  if (text === '' || /^(\/[A-Za-z0-9_.-]+)+$/.test(text)) return text
  throw new OptionError(`--cgroup-root ${text}: expected a path such as /skein`)
}
