import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AdminRefusal, askAdmin, NoNodeRuns } from '../admin-socket.ts'
import { dataDirectoryAt, defaultDataDirectory } from '../data-directory.ts'
import { CommandError } from './command.ts'

export interface RunningNodeFlags {
  dataDir: string
}

/** The flag by which a command finds the node that runs on this machine. */
export function declareDataDirectory(command: Command): void {
  command.option('--data-dir <directory>', 'where the node keeps its data', defaultDataDirectory)
}

/** Asks the node that runs here. Throws CommandError with one line for people. */
export async function askNode<Answer>(
  { dataDir }: RunningNodeFlags,
  name: string,
  request: object = {},
): Promise<Answer> {
  const { root, adminSocket } = dataDirectoryAt(resolve(dataDir))
  try {
    return (await askAdmin(adminSocket, name, request)) as Answer
  } catch (error) {
    if (error instanceof NoNodeRuns) throw new CommandError(`no node runs on ${root}: start it by skein start`)
    if (error instanceof AdminRefusal) throw new CommandError(error.message)
    throw error
  }
}
