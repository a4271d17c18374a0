import type { Family } from '../address/address.ts'
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

/** Bit of the conntrack mark that asks for masquerade (the bit Kubernetes has always used in its packet mark). */
export const masqueradeMark = 0x4000

/**
 * An endpoint's index or identity is held in the packet mark between the choice and the translation, since a map's key
 * can only be made of fields of the packet. These bits tell it from the marks of others; it is cleared before routing.
 */
export const choiceMark = 0x53000000
export const choiceMask = 0xff000000

/** The nftables table of an instance: several nodes on one host never share one. */
export const tableName = (instance: string): string => `skein-${instance}`

const addressTypes: Record<Family, string> = { IPv4: 'ipv4_addr', IPv6: 'ipv6_addr' }
/** Clients remembered for session affinity, of each kind: the oldest go first by their timeout; when full, none are added. */
const affinityLimit = 65_536

/** Maps and sets of the table, by name. */
export function mapDeclarations(family: Family): Map<string, string> {
  const address = addressTypes[family]
  const declarations = new Map<string, string>([['hairpin', `set hairpin { type ${address} . ${address}; }`]])
  for (const { name, keyType } of Object.values(kinds)) {
    const key = keyType(address)
    declarations.set(`${name}-services`, `map ${name}-services { type ${key} : verdict; }`)
    declarations.set(`${name}-refused`, `set ${name}-refused { type ${key}; }`)
    declarations.set(`${name}-endpoints`, `map ${name}-endpoints { type ${key} . mark : ${address} . inet_service; }`)
    declarations.set(`${name}-sticky-choices`, `map ${name}-sticky-choices { type ${key} . mark : mark; }`)
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
    `chain forget-choice { meta mark and ${choiceMask} == ${choiceMark} meta mark set 0; }`,
    'chain forget-choice-prerouting { type filter hook prerouting priority dstnat + 1; jump forget-choice; }',
    'chain forget-choice-output { type filter hook output priority -99; jump forget-choice; }',
    'chain rejection { meta l4proto tcp reject with tcp reset; reject; }',
    // What is still addressed to a service here was not translated: the service has no endpoints, or no such port.
    // Resets for TCP: an ICMP error cannot be made for the host's own packets, whose route leads to lo.
    `chain refuse {
      ${address.packetKey} @address-refused goto rejection
      ip daddr ${serviceCidr} fib daddr type != local goto rejection
      fib daddr type local ${port.packetKey} @port-refused goto rejection
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
