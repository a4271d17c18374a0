import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { askAdmin } from '../admin-socket.ts'
import { dataDirectoryAt, defaultDataDirectory } from '../data-directory.ts'
import { assertNoMajority, outlookRequest, type RecoveryOutlook, recoverRequest } from '../recover.ts'
import { CommandError, type CommandModule, usageStatus } from './command.ts'

interface RecoverFlags {
  dataDir: string
  fromThisNode?: boolean
  clusterName?: string
}

export const command: CommandModule<RecoverFlags> = {
  declare(command) {
    command
      .option('--data-dir <directory>', 'where the node keeps its data', defaultDataDirectory)
      .option('--from-this-node', 'go on from what this node has; the other voters are gone for good')
      .option('--cluster-name <name>', 'instead of asking for it')
  },
  async run(flags, _args, context) {
    if (flags.fromThisNode !== true) {
      throw new CommandError(
        'say --from-this-node: the cluster goes on from what this node has, and from nothing else',
        usageStatus,
      )
    }
    const { adminSocket } = dataDirectoryAt(resolve(flags.dataDir))
    const outlook = (await askAdmin(adminSocket, outlookRequest)) as RecoveryOutlook
    assertNoMajority(outlook)
    context.print(warning(outlook))
    const clusterName = flags.clusterName ?? (await askForName())
    await askAdmin(adminSocket, recoverRequest, { clusterName })
    context.print('it is done at the next start of this node: restart it now (systemctl restart skein)')
    return 0
  },
}

function warning({ clusterName, voters, revision }: RecoveryOutlook): string {
  const gone = voters.filter(({ answers }) => !answers).map(({ name }) => name)
  return [
    `cluster ${clusterName}: ${voters.length - gone.length} of ${voters.length} voters answer; these do not: ${gone.join(', ')}`,
    `It would go on from this node, which has applied revision ${revision}, and from what else is in its log.`,
    'What the others have acknowledged and this node never got is lost. All history, and watches from before, end.',
    'The other nodes have to join again. If one of the voters above comes back later with its old data, it is refused.',
  ].join('\n')
}

async function askForName(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question('Type the name of the cluster to go on: ')).trim()
  } finally {
    terminal.close()
  }
}
