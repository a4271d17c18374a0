import { startNode } from '../node.ts'
import type { NodeFlags } from '../node-options.ts'
import { notifySystemd } from '../systemd/notify.ts'
import type { CommandModule } from './command.ts'
import { declareNodeFlags, optionsOf } from './node-flags.ts'
import { untilSignal } from './signal.ts'

export const command: CommandModule<NodeFlags> = {
  declare(command) {
    declareNodeFlags(command)
  },
  /** Runs until SIGTERM or SIGINT; a second signal ends it at once. */
  async run(flags, _args, context) {
    const node = await startNode(optionsOf(flags), context.log)
    notifySystemd('READY=1')
    await untilSignal()
    notifySystemd('STOPPING=1')
    context.log.info('stopping; pods keep running')
    untilSignal().then(() => process.exit(1))
    await node.stop()
    return 0
  },
}
