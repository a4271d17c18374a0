import { existsSync } from 'node:fs'
import { writePrivateFile } from '../../mesh/identity/private-file.ts'
import { dataDirectoryAt } from '../data-directory.ts'
import type { NodeFlags } from '../node-options.ts'
import { installUnit } from '../systemd/install.ts'
import { CommandError, type CommandModule } from './command.ts'
import { declareStartFlags, optionsOf } from './node-flags.ts'

export const command: CommandModule<NodeFlags> = {
  declare(command) {
    declareStartFlags(command)
  },
  /** The flags are those of `skein start`, and go into the unit. */
  async run(flags, _args, context) {
    if (process.getuid!() !== 0) throw new CommandError('skein install writes a systemd unit: run it as root')
    // A flag that cannot be used is said now, not by a unit that fails at each boot.
    const { dataDirectory } = optionsOf(flags)
    const { join: token, ...others } = flags
    // A unit is readable by everybody.
    if (token !== undefined) await writePrivateFile(dataDirectoryAt(dataDirectory).joinToken, `${token}\n`)
    const makesCluster = token === undefined && !existsSync(dataDirectoryAt(dataDirectory).keyring)
    if (makesCluster && flags.recoveryKeyFile === undefined) {
      context.log.warn(
        'without --recovery-key-file a new cluster has no recovery key: its snapshots will not be sealed',
      )
    }
    const file = await installUnit({ executable: process.execPath, flags: wordsOf(others) })
    context.print(
      `${file} is written, and the node starts now and at every boot: skein status --watch shows how far it is`,
    )
    return 0
  },
}

/** The flags again as words; commander has split them already. */
function wordsOf(flags: NodeFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (value === undefined || value === false) return []
    return value === true ? [flag] : [flag, ...[value].flat().map(String)]
  })
}
