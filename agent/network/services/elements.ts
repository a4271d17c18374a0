import type { Endpoint, Frontend } from './frontend.ts'
import { choiceMark, choiceMask, type Kind, kinds, masqueradeMark } from './layout.ts'

/** One element of a map or set; sets have no value. */
export interface Element {
  map: string
  key: string
  value?: string
}

export interface Chain {
  name: string
  rules: string[]
}

/** What one frontend puts into the table. Chains are shared by all frontends of the same shape. */
export interface Rendered {
  elements: Element[]
  /** In the order in which they must be made: each refers only to earlier ones. */
  chains: Chain[]
}

export function render(frontend: Frontend): Rendered {
  const kind = frontend.address === undefined ? kinds.port : kinds.address
  const key = `${frontend.address === undefined ? '' : `${frontend.address} . `}${frontend.protocol} . ${frontend.port}`
  const local = frontend.scope === 'external-local' ? (frontend.localEndpoints ?? []) : []
  const all = [...frontend.endpoints, ...local]
  if (all.length === 0 && !frontend.unlessListening) {
    if (frontend.dropWhenEmpty) return { elements: [{ map: `${kind.name}-services`, key, value: 'drop' }], chains: [] }
    return { elements: [{ map: `${kind.name}-refused`, key }], chains: [] }
  }
  const chains = chainsFor(frontend, kind, local.length)
  const elements: Element[] = [{ map: `${kind.name}-services`, key, value: `goto ${chains.at(-1)!.name}` }]
  elements.push(...(frontend.affinitySeconds ? stickyElements(kind, key, all) : endpointElements(kind, key, all)))
  for (const address of new Set(all.filter((endpoint) => endpoint.isLocal).map((endpoint) => endpoint.address)))
    elements.push({ map: 'hairpin', key: `${address} . ${address}` })
  return { elements, chains }
}

function endpointElements(kind: Kind, key: string, endpoints: Endpoint[]): Element[] {
  return endpoints.map(({ address, port }, index) => ({
    map: `${kind.name}-endpoints`,
    key: `${key} . ${choiceMark + index}`,
    value: `${address} . ${port}`,
  }))
}

/** With affinity the choice is remembered by the endpoint's identity, which outlives a change of the others' indexes. */
function stickyElements(kind: Kind, key: string, endpoints: Endpoint[]): Element[] {
  const identities = new Map<string, number>()
  const taken = new Set<number>()
  return endpoints.flatMap(({ address, port }, index) => {
    const value = `${address} . ${port}`
    const known = identities.get(value)
    let identity = known ?? identityOf(value)
    if (known === undefined) {
      while (taken.has(identity)) identity = markOf(identity + 1)
      taken.add(identity)
      identities.set(value, identity)
    }
    const choice = {
      map: `${kind.name}-sticky-choices`,
      key: `${key} . ${choiceMark + index}`,
      value: String(identity),
    }
    if (known !== undefined) return [choice]
    return [choice, { map: `${kind.name}-sticky-endpoints`, key: `${key} . ${identity}`, value }]
  })
}

/** FNV-1a within the choice mark: the same endpoint has the same identity on every node and after a restart. */
function identityOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return markOf(hash)
}

const markOf = (number: number): number => ((number & ~choiceMask) | choiceMark) >>> 0

interface Pick {
  /** How many endpoints, and the index of the first. */
  count: number
  offset: number
  masquerades: boolean
  affinitySeconds?: number
}

function chainsFor(frontend: Frontend, kind: Kind, localCount: number): Chain[] {
  const { affinitySeconds, endpoints, scope } = frontend
  const pick = (count: number, offset: number, masquerades: boolean) =>
    pickChain(kind, { count, offset, masquerades, affinitySeconds })
  if (frontend.unlessListening) {
    const standIns = endpoints.length === 0 ? [] : [pick(endpoints.length, 0, false)]
    // Of what leaves this node by itself the sender's socket is looked at: it is left alone.
    const rules = ['socket wildcard 0 accept', standIns.length === 0 ? 'drop' : `goto ${standIns[0]!.name}`]
    return [...standIns, { name: `${kind.name}-unless-listening-${endpoints.length}`, rules }]
  }
  if (scope !== 'external-local') return [pick(endpoints.length, 0, scope === 'external')]
  const chains: Chain[] = []
  const rules: string[] = []
  if (endpoints.length > 0) {
    const inside = pick(endpoints.length, 0, false)
    const ownHost = pick(endpoints.length, 0, true)
    chains.push(inside, ownHost)
    rules.push(`ip saddr @cluster-networks goto ${inside.name}`, `fib saddr type local goto ${ownHost.name}`)
  }
  if (localCount > 0) {
    const outside = pick(localCount, endpoints.length, false)
    chains.push(outside)
    rules.push(`goto ${outside.name}`)
  } else {
    rules.push('drop')
  }
  const name = [kind.name, 'local', endpoints.length, localCount, affinitySeconds].filter((part) => part !== undefined)
  return [...chains, { name: name.join('-'), rules }]
}

function pickChain(kind: Kind, { count, offset, masquerades, affinitySeconds }: Pick): Chain {
  const parts = [kind.name, 'pick', count, offset, affinitySeconds, masquerades ? 'masquerade' : undefined]
  const name = parts.filter((part) => part !== undefined).join('-')
  const { packetKey } = kind
  const choose = `meta mark set numgen random mod ${count} offset ${choiceMark + offset}`
  const rules = masquerades ? [`ct mark set ct mark or ${masqueradeMark}`] : []
  if (affinitySeconds === undefined) {
    rules.push(choose, `dnat ip to ${packetKey} . meta mark map @${kind.name}-endpoints`)
    return { name, rules }
  }
  const client = `ip saddr . ${packetKey}`
  const remembered = `${kind.name}-affinity`
  const toChosen = `dnat ip to ${packetKey} . meta mark map @${kind.name}-sticky-endpoints`
  // A lookup that misses ends its rule: an unknown client, or one whose endpoint is gone, falls through to a new choice.
  // `update` prolongs an element but never changes its value, hence the `delete`.
  rules.push(
    `meta mark set ${client} map @${remembered} update @${remembered} { ${client} timeout ${affinitySeconds}s : meta mark } ${toChosen}`,
    choose,
    `meta mark set ${packetKey} . meta mark map @${kind.name}-sticky-choices`,
    `delete @${remembered} { ${client} : meta mark }`,
    `update @${remembered} { ${client} timeout ${affinitySeconds}s : meta mark }`,
    toChosen,
  )
  return { name, rules }
}
