import type { ListedNode, VotersView } from '../cluster/admin.ts'
import { CommandError, type CommandModule, usageStatus } from './command.ts'
import { askNode, declareDataDirectory, type RunningNodeFlags } from './running-node.ts'
import { tableText } from './table-text.ts'

export const command: CommandModule<RunningNodeFlags> = {
  declare(command) {
    command
      .argument('<action>', 'list, remove or voters')
      .argument('[name]', 'of the node to remove; how many voters are wanted')
    declareDataDirectory(command)
  },
  async run(flags, [action, name], context) {
    if (action === 'list') {
      const nodes = await askNode<ListedNode[]>(flags, 'node-list')
      context.print(context.output === 'json' ? JSON.stringify(nodes, undefined, 2) : nodesText(nodes))
    } else if (action === 'remove') {
      if (name === undefined) throw new CommandError('skein node remove NAME: skein node list shows them', usageStatus)
      const removed = await askNode<{ name: string }>(flags, 'node-remove', { name })
      context.print(context.output === 'json' ? JSON.stringify(removed) : `node ${removed.name} is a member no more`)
    } else if (action === 'voters') {
      const wanted = name === undefined ? undefined : Number(name)
      if (Number.isNaN(wanted)) throw new CommandError('skein node voters [1|3|5]: how many nodes vote', usageStatus)
      const view = await askNode<VotersView>(flags, 'node-voters', { wanted })
      context.print(context.output === 'json' ? JSON.stringify(view) : votersText(view))
    } else {
      throw new CommandError(`skein node ${action}: the actions are list, remove and voters`, usageStatus)
    }
    return 0
  },
}

function votersText({ wanted, members, voters }: VotersView): string {
  const possible = Math.min(wanted, members % 2 === 1 ? members : members - 1)
  const rest = voters.length === possible ? '' : '; skein status tells what is waited for'
  const few = possible < wanted ? ` (with ${members} nodes ${possible} can)` : ''
  return `${wanted} voters are wanted${few}, now vote: ${voters.join(', ')}${rest}`
}

function nodesText(nodes: ListedNode[]): string {
  const rows = nodes.map(({ name, state, key, joined, addresses }) => {
    return [name, state, key.slice(0, 8), joined, addresses.join(' ')]
  })
  return tableText(['NAME', 'STATE', 'KEY', 'JOINED', 'ADDRESSES'], rows)
}
