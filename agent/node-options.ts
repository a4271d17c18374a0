import { hostname } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import { defaultDataDirectory } from './data-directory.ts'

/** What `skein start` can be told. */
export interface NodeOptions {
  nodeName: string
  dataDirectory: string
  clusterName: string
  clusterDomain: string
  /** Pod addresses of the whole cluster. */
  clusterCidr: string
  serviceCidr: string
  /** Addresses of the nodes themselves in the mesh. */
  nodeCidr: string
  /** Where people reach the API, beside the service address. */
  listen: { host: string; port: number }[]
  /** An external CRI socket, instead of the runtime inside the executable. */
  runtimeEndpoint?: string
  /** Above the pods' cgroups; '' but where several nodes run on one machine. */
  cgroupRoot: string
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
}

export function nodeOptions(flags: NodeFlags): NodeOptions {
  return {
    nodeName: nodeName(flags.name ?? hostname().toLowerCase()),
    dataDirectory: resolve(flags.dataDir ?? defaultDataDirectory),
    clusterName: flags.clusterName ?? 'skein',
    clusterDomain: domain(flags.clusterDomain ?? 'cluster.local'),
    clusterCidr: cidr('--cluster-cidr', flags.clusterCidr ?? '10.42.0.0/16'),
    serviceCidr: cidr('--service-cidr', flags.serviceCidr ?? '10.43.0.0/16'),
    nodeCidr: cidr('--node-cidr', flags.nodeCidr ?? '10.44.0.0/16'),
    listen: listenAddresses(flags.listen ?? ['127.0.0.1:6443']),
    runtimeEndpoint: endpoint(flags.containerRuntimeEndpoint),
    cgroupRoot: cgroupRoot(flags.cgroupRoot ?? ''),
  }
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

function nodeName(name: string): string {
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

function listenAddresses(texts: string[]): { host: string; port: number }[] {
  return texts.map((text) => {
    const split = text.lastIndexOf(':')
    const host = text.slice(0, split).replace(/^\[|\]$/g, '')
    const port = Number(text.slice(split + 1))
    if (split < 1 || !Number.isInteger(port) || port < 1 || port > 65535) {
      throw new OptionError(`--listen ${text}: expected ADDRESS:PORT such as 0.0.0.0:6443`)
    }
    return { host, port }
  })
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
