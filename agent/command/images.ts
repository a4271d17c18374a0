import { resolve } from 'node:path'
import { CommandError, type CommandModule, usageStatus } from './command.ts'
import { askNode, declareDataDirectory, type RunningNodeFlags } from './running-node.ts'

export const command: CommandModule<RunningNodeFlags> = {
  declare(command) {
    command
      .argument('<action>', 'import')
      .argument('[files...]', 'archives: OCI image layouts in a tar file, or what docker save writes')
    declareDataDirectory(command)
  },
  /** Loads the archives into this node's container runtime, one after the other; the first that fails ends it. */
  async run(flags, [action, ...files], context) {
    if (action !== 'import') throw new CommandError(`skein images ${action}: the action is import`, usageStatus)
    const archives = files
    if (archives.length === 0) throw new CommandError('skein images import FILE: which archive?', usageStatus)
    const imported: string[] = []
    for (const file of archives) {
      const { images } = await askNode<{ images: string[] }>(flags, 'images-import', { file: resolve(file) })
      imported.push(...images)
      if (context.output !== 'json') for (const image of images) context.print(`imported ${image}`)
    }
    if (context.output === 'json') context.print(JSON.stringify({ images: imported }))
    return 0
  },
}
