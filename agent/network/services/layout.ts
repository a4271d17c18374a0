import type { Family } from '../address/address.ts'
import { masqueradeMark } from './elements.ts'
import type { NodeFacts } from './frontend.ts'

/** Two kinds of frontends: by destination address, and by port at any of this node's addresses. */
export interface Kind {
  name: 'address' | 'port'
  /** The packet's key into the kind's maps. */
  packetKey: string
  /** The key's type. */
  keyType(addressType: string): string
}

export const kinds: Record<'address' | 'port', Kind> = {
  address: {
    name: 'address',
    packetKey: 'ip daddr . meta l4proto . th dport',
    keyType: (addressType) => `${addressType} . inet_proto . inet_service`,
  },
  port: { name: 'port', packetKey: 'meta l4proto . th dport', keyType: () => 'inet_proto . inet_service' },
}

/** The nftables table of an instance: several nodes on one host never share one. */
export const tableName = (instance: string): string => `skein-${instance}`

const addressTypes: Record<Family, string> = { IPv4: 'ipv4_addr', IPv6: 'ipv6_addr' }
/** Clients remembered for session affinity, of each kind: the oldest go first by their timeout; when full, none are added. */
const affinityLimit = 65_536

/** Maps and sets of the table, by name. */
export function mapDeclarations(family: Family): Map<string, string> {
  const address = addressTypes[family]
  const declarations = new Map<string, string>([['hairpin', `set hairpin { type ${address} . ${address}; }`]])
  for (const { name, keyType, packetKey } of Object.values(kinds)) {
    const key = keyType(address)
    const indexed = `typeof ${packetKey} . numgen random mod 2`
    declarations.set(`${name}-services`, `map ${name}-services { type ${key} : verdict; }`)
    declarations.set(`${name}-refused`, `set ${name}-refused { type ${key}; }`)
    // nftables 1.0.6: `th dport` as a map's value makes later rules fail with "conflicting protocols"; any port will do.
    declarations.set(`${name}-endpoints`, `map ${name}-endpoints { ${indexed} : ip daddr . tcp dport; }`)
    declarations.set(`${name}-sticky-choices`, `map ${name}-sticky-choices { ${indexed} : meta mark; }`)
    declarations.set(
      `${name}-sticky-endpoints`,
      `map ${name}-sticky-endpoints { type ${key} . mark : ${address} . inet_service; }`,
    )
    declarations.set(
      `${name}-affinity`,
      `map ${name}-affinity { type ${address} . ${key} : mark; size ${affinityLimit}; flags dynamic,timeout; }`,
    )
  }
  return declarations
}

/** The chains that do not depend on any service. */
export function baseChains(facts: NodeFacts): string[] {
  const { serviceCidr, podCidr } = facts
  const { address, port } = kinds
  return [
    `chain services {
      ${address.packetKey} vmap @address-services
      fib daddr type local ip daddr != { ${serviceCidr}, 127.0.0.0/8 } ${port.packetKey} vmap @port-services
    }`,
    'chain prerouting { type nat hook prerouting priority dstnat; jump services; }',
    'chain output { type nat hook output priority -100; jump services; }',
    // What is still addressed to a service here was not translated: the service has no endpoints, or no such port.
    `chain refuse {
      ${address.packetKey} @address-refused reject
      ip daddr ${serviceCidr} fib daddr type != local reject
      fib daddr type local ${port.packetKey} @port-refused reject
    }`,
    'chain refuse-input { type filter hook input priority filter; ct state new jump refuse; }',
    'chain refuse-forward { type filter hook forward priority filter; ct state new jump refuse; }',
    'chain refuse-output { type filter hook output priority filter; ct state new jump refuse; }',
    `chain postrouting { type nat hook postrouting priority srcnat;
      ct mark and ${masqueradeMark} == ${masqueradeMark} masquerade fully-random
      ip saddr . ip daddr @hairpin masquerade fully-random
      ct status dnat ct original ip daddr ${serviceCidr} ip saddr != @cluster-networks masquerade fully-random
      ip saddr ${podCidr} ip daddr != @cluster-networks masquerade fully-random
    }`,
  ]
}
