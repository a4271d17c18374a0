import type { ListedToken } from '../cluster/admin.ts'
import { CommandError, type CommandModule, usageStatus } from './command.ts'
import { parseDuration } from './duration.ts'
import { askNode, declareDataDirectory, type RunningNodeFlags } from './running-node.ts'
import { tableText } from './table-text.ts'

interface Flags extends RunningNodeFlags {
  ttl: string
  uses: string
}

export const command: CommandModule<Flags> = {
  declare(command) {
    command
      .argument('<action>', 'create, list or revoke')
      .argument('[id]', 'of the token to revoke, as list shows it')
      .option('--ttl <duration>', 'create: how long it lets nodes in', '24h')
      .option('--uses <number>', 'create: how many nodes it lets in', '1')
    declareDataDirectory(command)
  },
  async run(flags, [action, id], context) {
    if (action === 'create') {
      const request = { ttlMs: parseDuration('--ttl', flags.ttl), uses: Number(flags.uses) }
      const { token } = await askNode<{ token: string }>(flags, 'token-create', request)
      context.print(context.output === 'json' ? JSON.stringify({ token }) : token)
    } else if (action === 'list') {
      const tokens = await askNode<ListedToken[]>(flags, 'token-list')
      context.print(context.output === 'json' ? JSON.stringify(tokens, undefined, 2) : tokensText(tokens))
    } else if (action === 'revoke') {
      if (id === undefined) throw new CommandError('skein token revoke ID: skein token list shows them', usageStatus)
      const token = await askNode<ListedToken>(flags, 'token-revoke', { id })
      context.print(context.output === 'json' ? JSON.stringify(token) : `token ${token.id} lets nobody in any more`)
    } else {
      throw new CommandError(`skein token ${action}: the actions are create, list and revoke`, usageStatus)
    }
    return 0
  },
}

function tokensText(tokens: ListedToken[]): string {
  const rows = tokens.map(({ id, expires, uses, maxUses, fault }) => [
    id,
    expires,
    `${uses} of ${maxUses}`,
    fault || 'good',
  ])
  return tableText(['ID', 'EXPIRES', 'USED', 'STATE'], rows)
}
