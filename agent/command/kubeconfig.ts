import { resolve } from 'node:path'
import { parseKeyring } from '../../mesh/identity/keyring.ts'
import { readPrivateFile } from '../../mesh/identity/private-file.ts'
import { dataDirectoryAt, defaultDataDirectory } from '../data-directory.ts'
import { makeKubeconfig } from '../kubeconfig.ts'
import { readStatus } from '../status.ts'
import { CommandError, type CommandModule, usageStatus } from './command.ts'

interface Flags {
  dataDir: string
  server: string
  user: string
  group?: string[]
  days: string
}

export const command: CommandModule<Flags> = {
  declare(command) {
    command
      .option('--data-dir <directory>', 'where the node keeps its data', defaultDataDirectory)
      .option('--server <url>', 'address of the API in the kubeconfig', 'https://127.0.0.1:6443')
      .option('--user <name>', 'name of the user', 'admin')
      .option('--group <names...>', 'groups of the user; without --user and --group an administrator')
      .option('--days <number>', 'how long the certificate is valid', '365')
  },
  async run(flags, _args, context) {
    const days = Number(flags.days)
    if (!(days > 0 && days <= 3650)) throw new CommandError('--days is a number from 1 to 3650', usageStatus)
    const { root, keyring: path, statusSocket } = dataDirectoryAt(resolve(flags.dataDir))
    const text = await readPrivateFile(path)
    if (text === undefined) throw new CommandError(`${root} holds no cluster: start one by skein start`)
    const { authority, clusterName } = parseKeyring(path, text)
    const nowMs = Date.parse((await readStatus(statusSocket))?.clusterTime ?? new Date().toISOString())
    const groups = flags.group ?? (flags.user === 'admin' ? ['system:masters'] : [])
    const lifetimeMs = days * 24 * 3600_000
    const request = { authority, clusterName, server: flags.server, user: flags.user, groups, nowMs, lifetimeMs }
    context.print((await makeKubeconfig(request)).trimEnd())
    return 0
  },
}
