import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { judgeMachine } from '../check/machine.ts'
import { checkParts } from '../check/parts.ts'
import { probeMachine } from '../check/probe.ts'
import { findingsTable } from '../check/table.ts'
import { dataDirectoryAt, defaultDataDirectory } from '../data-directory.ts'
import { CommandError, type CommandModule } from './command.ts'

export const command: CommandModule<{ dataDir: string }> = {
  declare(command) {
    command.option('--data-dir <directory>', 'where the node keeps its data', defaultDataDirectory)
  },
  /** Exit status 1 when a row says `fail`. */
  async run(flags, _args, context) {
    const directories = dataDirectoryAt(resolve(flags.dataDir))
    try {
      mkdirSync(directories.root, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw new CommandError(`--data-dir ${directories.root} cannot be made: ${(error as Error).message}`)
    }
    const parts = await checkParts(directories.root, directories.payload, context.log)
    const findings = [...parts.findings, ...judgeMachine(probeMachine(directories.root, parts.payload))]
    if (context.output === 'json') context.print(JSON.stringify(findings, undefined, 2))
    else context.print(findingsTable(findings, context.color))
    return findings.some(({ state }) => state === 'fail') ? 1 : 0
  },
}
