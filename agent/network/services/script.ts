import type { Chain, Element } from './elements.ts'
import type { NodeFacts } from './frontend.ts'
import { baseChains, mapDeclarations, tableName } from './layout.ts'

/** What brings the table from one state to the next, in the order in which it must be done. */
export interface Change {
  addChains: Chain[]
  deleteElements: Element[]
  addElements: Element[]
  deleteChains: string[]
}

export const isEmpty = (change: Change): boolean =>
  change.addChains.length + change.deleteElements.length + change.addElements.length + change.deleteChains.length === 0

/** Elements named in one nft command: keeps single lines short enough for its parser. */
const elementsACommand = 500

/** nft commands of a change: one transaction, all or nothing. */
export function changeScript(change: Change, instance: string): string {
  const table = `ip ${tableName(instance)}`
  const lines: string[] = []
  for (const { name, rules } of change.addChains) {
    lines.push(`add chain ${table} ${name}`)
    for (const rule of rules) lines.push(`add rule ${table} ${name} ${rule}`)
  }
  lines.push(...elementCommands('delete', table, change.deleteElements))
  lines.push(...elementCommands('add', table, change.addElements))
  // Emptied first, since one may lead to another.
  for (const name of change.deleteChains) lines.push(`flush chain ${table} ${name}`)
  for (const name of change.deleteChains) lines.push(`delete chain ${table} ${name}`)
  return `${lines.join('\n')}\n`
}

/** nft commands that make the table anew with these contents, whatever was there before: one transaction. */
export function tableScript(chains: Chain[], elements: Element[], facts: NodeFacts, instance: string): string {
  const table = `ip ${tableName(instance)}`
  const address = facts.family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr'
  const networks = facts.clusterCidrs.join(', ')
  return `add table ${table}
delete table ${table}
table ${table} {
  set cluster-networks { type ${address}; flags interval; auto-merge; elements = { ${networks} }; }
  ${[...mapDeclarations(facts.family).values()].join('\n  ')}
  ${baseChains(facts).join('\n  ')}
}
${changeScript({ addChains: chains, deleteElements: [], addElements: elements, deleteChains: [] }, instance)}`
}

/** nft commands that change nothing, and fail where the kernel cannot look who listens. */
export function listenerTestScript(instance: string): string {
  const table = `ip ${tableName(instance)}-test`
  return `add table ${table}
add chain ${table} c { type nat hook prerouting priority dstnat; }
add rule ${table} c socket wildcard 0 accept
delete table ${table}
`
}

/** nft commands that leave nothing of the table. */
export const removalScript = (instance: string): string =>
  `add table ip ${tableName(instance)}\ndelete table ip ${tableName(instance)}\n`

function elementCommands(verb: 'add' | 'delete', table: string, elements: Element[]): string[] {
  const byMap = Map.groupBy(elements, (element) => element.map)
  return [...byMap].flatMap(([map, members]) => {
    const commands: string[] = []
    for (let start = 0; start < members.length; start += elementsACommand) {
      const texts = members
        .slice(start, start + elementsACommand)
        .map(({ key, value }) => (value === undefined ? key : `${key} : ${value}`))
      commands.push(`${verb} element ${table} ${map} { ${texts.join(', ')} }`)
    }
    return commands
  })
}
