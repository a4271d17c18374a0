import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { streamAdmin } from '../admin-socket.ts'
import { dataDirectoryAt, defaultDataDirectory } from '../data-directory.ts'
import { nodeName } from '../node-options.ts'
import { restoreSnapshot, snapshotRequest, writeSnapshot } from '../snapshot.ts'
import { type CommandContext, CommandError, type CommandModule, usageStatus } from './command.ts'

interface SnapshotFlags {
  dataDir: string
  plain?: boolean
  recoveryKeyFile?: string
  name?: string
}

export const command: CommandModule<SnapshotFlags> = {
  declare(command) {
    command
      .argument('<action>', 'save or restore')
      .argument('<file>', 'the snapshot')
      .option('--data-dir <directory>', 'where the node keeps its data', defaultDataDirectory)
      .option('--plain', "save: leave the cluster's keys unsealed")
      .option('--recovery-key-file <file>', 'restore: the recovery key that was written when the cluster was made')
      .option('--name <name>', "restore: this node's name (default: the host's)")
  },
  async run(flags, [action, file], context) {
    if (action === 'save') await save(resolve(file!), flags, context)
    else if (action === 'restore') await restore(resolve(file!), flags, context)
    else throw new CommandError(`skein snapshot ${action}: say save or restore`, usageStatus)
    return 0
  },
}

async function save(file: string, { dataDir, plain = false }: SnapshotFlags, context: CommandContext): Promise<void> {
  const { adminSocket } = dataDirectoryAt(resolve(dataDir))
  const sizeBytes = await writeSnapshot(streamAdmin(adminSocket, snapshotRequest, { plain }), file)
  const isSealed = !plain
  context.print(
    context.output === 'json'
      ? JSON.stringify({ file, sizeBytes, isSealed })
      : `${file}: ${sizeBytes} bytes, the cluster's keys ${isSealed ? 'sealed by the recovery key' : 'open: keep it like a key'}; objects, Secrets among them, are not sealed`,
  )
}

async function restore(file: string, flags: SnapshotFlags, context: CommandContext): Promise<void> {
  const key = flags.recoveryKeyFile === undefined ? undefined : await readFile(resolve(flags.recoveryKeyFile), 'utf8')
  const dataDirectory = resolve(flags.dataDir)
  const restored = await restoreSnapshot({
    file,
    dataDirectory,
    nodeName: nodeName(flags.name ?? hostname().toLowerCase()),
    recoveryKey: key,
    logger: context.log.child('restore'),
  })
  const { place, revision, generation } = restored
  context.print(
    context.output === 'json'
      ? JSON.stringify({ dataDirectory, cluster: place.clusterName, revision, generation })
      : `cluster ${place.clusterName} as of revision ${revision} is in ${dataDirectory}: start it by skein start; the nodes of before have to join again`,
  )
}
