import { resolve } from 'node:path'
import { dataDirectoryAt, defaultDataDirectory } from '../data-directory.ts'
import { type NodeStatus, readStatus } from '../status.ts'
import { CommandError, type CommandModule } from './command.ts'

export const command: CommandModule<{ dataDir: string }> = {
  declare(command) {
    command.option('--data-dir <directory>', 'where the node keeps its data', defaultDataDirectory)
  },
  /** Exit status 0 when all parts are ready, else 1. */
  async run(flags, _args, context) {
    const { root, statusSocket } = dataDirectoryAt(resolve(flags.dataDir))
    const status = await readStatus(statusSocket)
    if (status === undefined) throw new CommandError(`no node runs on ${root}: start it by skein start`)
    context.print(context.output === 'json' ? JSON.stringify(status, undefined, 2) : statusText(status))
    return status.ready ? 0 : 1
  },
}

function statusText(status: NodeStatus): string {
  const state = status.ready ? 'ready' : 'not ready'
  const head = `node ${status.node} of cluster ${status.cluster} is ${state} (skein ${status.version}, pid ${status.pid})`
  const width = Math.max(...status.parts.map(({ name }) => name.length))
  const rows = status.parts.map(({ name, state, message }) => `  ${name.padEnd(width)}  ${state.padEnd(8)}  ${message}`)
  return [head, ...rows.map((row) => row.trimEnd())].join('\n')
}
