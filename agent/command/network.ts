import type { NodeWay } from '../network-admin.ts'
import type { CommandModule } from './command.ts'
import { askNode, declareDataDirectory, type RunningNodeFlags } from './running-node.ts'
import { tableText } from './table-text.ts'

export const command: CommandModule<RunningNodeFlags> = {
  declare: declareDataDirectory,
  /** Exit status 0 when every node is reached, else 1. */
  async run(flags, _args, context) {
    const ways = await askNode<NodeWay[]>(flags, 'network-ways')
    context.print(context.output === 'json' ? JSON.stringify(ways, undefined, 2) : waysText(ways))
    return ways.every(({ isWorking }) => isWorking) ? 0 : 1
  },
}

/** One line a node. */
export function waysText(ways: NodeWay[]): string {
  if (ways.length === 0) return 'there is no other node'
  const rows = ways.map(({ node, way, via, isWorking, roundTripMs, loss }) => [
    node,
    way,
    isWorking ? 'ok' : 'no answer',
    roundTripMs === undefined ? '-' : `${roundTripMs.toFixed(1)} ms`,
    loss === undefined ? '-' : `${(loss * 100).toFixed(1)} %`,
    via ?? '',
  ])
  return tableText(['NODE', 'WAY', 'STATE', 'RTT', 'LOSS', 'VIA'], rows)
}
