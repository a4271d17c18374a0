import { resolve } from 'node:path'
import { dataDirectoryAt, defaultDataDirectory } from '../data-directory.ts'
import { type NodeStatus, readStatus } from '../status.ts'
import { CommandError, type CommandModule } from './command.ts'
import { statusText } from './status-text.ts'

/** Between two looks of `--watch`: a status can only be asked for. */
const watchPauseMs = 500

interface StatusFlags {
  dataDir: string
  watch?: boolean
}

export const command: CommandModule<StatusFlags> = {
  declare(command) {
    command.option('--data-dir <directory>', 'where the node keeps its data', defaultDataDirectory)
    command.option('--watch', 'show it again at each change, until interrupted')
  },
  /** Exit status 0 when all parts are ready, else 1. */
  async run(flags, _args, context) {
    const { root, statusSocket } = dataDirectoryAt(resolve(flags.dataDir))
    const show = (status: NodeStatus) => (context.output === 'json' ? jsonText(status, flags) : statusText(status))
    const status = await readStatus(statusSocket)
    if (!flags.watch) {
      if (status === undefined) throw new CommandError(`no node runs on ${root}: start it by skein start`)
      context.print(show(status))
      return status.ready ? 0 : 1
    }
    for (let shown = '', current = status; ; current = await readStatus(statusSocket)) {
      const text = current === undefined ? `no node runs on ${root}` : show(current)
      if (text !== shown) context.print(text)
      shown = text
      await Bun.sleep(watchPauseMs)
    }
  },
}

/** One line a change while it is watched. */
function jsonText(status: NodeStatus, { watch }: StatusFlags): string {
  return JSON.stringify(status, undefined, watch ? undefined : 2)
}
