import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'

export interface DnsConfiguration {
  servers: string[]
  searches: string[]
  options: string[]
}

export interface ClusterDns {
  /** The DNS service's ClusterIP. */
  address: string
  /** e.g. `cluster.local`. */
  domain: string
}

/** glibc's limits, which upstream keeps too. */
const maxServers = 3
const maxSearches = 32

/** What a pod's /etc/resolv.conf says. `host` is the node's own. Upstream: GetPodDNS. */
export function podDns(pod: Pod, cluster: ClusterDns, host: DnsConfiguration): DnsConfiguration {
  const { dnsPolicy = 'ClusterFirst', dnsConfig = {}, hostNetwork } = pod.spec!
  const isCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
  let base: DnsConfiguration = host
  if (dnsPolicy === 'None') base = { servers: [], searches: [], options: [] }
  else if (isCluster) {
    const { domain, address } = cluster
    const own = [`${pod.metadata!.namespace}.svc.${domain}`, `svc.${domain}`, domain]
    base = { servers: [address], searches: [...own, ...host.searches], options: ['ndots:5'] }
  }
  const options = new Map(base.options.map((text) => [text.split(':')[0]!, text]))
  for (const { name, value } of dnsConfig.options ?? []) {
    if (name) options.set(name, value === undefined ? name : `${name}:${value}`)
  }
  return {
    servers: unique([...base.servers, ...(dnsConfig.nameservers ?? [])]).slice(0, maxServers),
    searches: unique([...base.searches, ...(dnsConfig.searches ?? [])]).slice(0, maxSearches),
    options: [...options.values()],
  }
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)]
}

/** Reads a resolv.conf. */
export function parseResolvConf(text: string): DnsConfiguration {
  const result: DnsConfiguration = { servers: [], searches: [], options: [] }
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver' && words[0]) result.servers.push(words[0])
    if (keyword === 'search' || keyword === 'domain') result.searches = words.filter((word) => word !== '.')
    if (keyword === 'options') result.options.push(...words)
  }
  return result
}

/** The pod's name for itself, and its fully qualified one when `subdomain` gives it one. Upstream: GeneratePodHostNameAndDomain. */
export function podHostname(pod: Pod, domain: string): { hostname: string; fqdn?: string } {
  const { hostname: asked, subdomain, hostnameOverride } = pod.spec!
  if (hostnameOverride) return { hostname: hostnameOverride }
  const hostname = (asked || pod.metadata!.name!).slice(0, 63).replace(/[-.]+$/, '')
  const fqdn = subdomain ? `${hostname}.${subdomain}.${pod.metadata!.namespace}.svc.${domain}` : undefined
  return pod.spec!.setHostnameAsFQDN && fqdn ? { hostname: fqdn, fqdn } : { hostname, fqdn }
}

/** /etc/hosts of a pod with its own network. Upstream: managedHostsFileContent. */
export function hostsFile(pod: Pod, ips: readonly string[], name: { hostname: string; fqdn?: string }): string {
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...ips.map((ip) => `${ip}\t${name.fqdn ? `${name.fqdn}\t` : ''}${name.hostname}`),
  ]
  return `${lines.join('\n')}\n${hostAliases(pod)}`
}

/** Lines for hostAliases; of a pod in the host's network they follow the host's own file. */
export function hostAliases(pod: Pod): string {
  const aliases = pod.spec!.hostAliases ?? []
  if (aliases.length === 0) return ''
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}`)
  return `\n# Entries added by HostAliases.\n${lines.join('\n')}\n`
}
