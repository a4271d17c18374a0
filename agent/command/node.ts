import type { ListedNode } from '../cluster/admin.ts'
import { CommandError, type CommandModule, usageStatus } from './command.ts'
import { askNode, declareDataDirectory, type RunningNodeFlags } from './running-node.ts'
import { tableText } from './table-text.ts'

export const command: CommandModule<RunningNodeFlags> = {
  declare(command) {
    command.argument('<action>', 'list or remove').argument('[name]', 'of the node to remove')
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
    } else {
      throw new CommandError(`skein node ${action}: the actions are list and remove`, usageStatus)
    }
    return 0
  },
}

function nodesText(nodes: ListedNode[]): string {
  const rows = nodes.map(({ name, state, key, joined, addresses }) => {
    return [name, state, key.slice(0, 8), joined, addresses.join(' ')]
  })
  return tableText(['NAME', 'STATE', 'KEY', 'JOINED', 'ADDRESSES'], rows)
}
