import { defaultDataDirectory } from '../data-directory.ts'
import type { NodeFlags } from '../node-options.ts'
import { removeUnit, unitRuns } from '../systemd/install.ts'
import { uninstall } from '../uninstall.ts'
import type { CommandModule } from './command.ts'
import { declareNodeFlags, optionsOf } from './node-flags.ts'

export const command: CommandModule<NodeFlags & { data?: boolean }> = {
  declare(command) {
    declareNodeFlags(command)
    command.option('--data', 'also remove the data directory: the cluster is lost when this is its last node')
  },
  async run(flags, _args, context) {
    const options = optionsOf(flags)
    if (await unitRuns(options.dataDirectory, defaultDataDirectory)) await removeUnit()
    await uninstall(options, flags.data === true, context.log)
    return 0
  },
}
