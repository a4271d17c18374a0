import { type Address, formatAddress, parseAddress } from '../address/address.ts'

/** resolv.conf(5) uses at most so many. */
const maxServers = 3

/**
 * The name servers of a resolv.conf, without those at `ownAddresses`: asking oneself would go round for ever. Addresses
 * with a zone (`fe80::1%eth0`) keep it.
 */
export function nameServers(resolvConf: string, ownAddresses: Address[]): string[] {
  const own = new Set(ownAddresses.map(formatAddress))
  const servers: string[] = []
  for (const line of resolvConf.split('\n')) {
    const [keyword, text = ''] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/)
    const address = parseAddress(text.replace(/%.*$/, ''))
    if (keyword !== 'nameserver' || address === undefined || own.has(formatAddress(address))) continue
    if (!servers.includes(text)) servers.push(text)
  }
  return servers.slice(0, maxServers)
}
