import { startNode } from '../node.ts'
import type { NodeFlags } from '../node-options.ts'
import { notifySystemd } from '../systemd/notify.ts'
import { CommandError, type CommandModule } from './command.ts'
import { declareNodeFlags, optionsOf } from './node-flags.ts'
import { untilSignal } from './signal.ts'

export const command: CommandModule<NodeFlags> = {
  declare(command) {
    declareNodeFlags(command)
    command
      .option(
        '--join <token>',
        'join the cluster that gave this token (default: SKEIN_TOKEN, or skein.token beside this file)',
      )
      .option('--replace', 'join in the place of a member of the same name that is gone')
  },
  /** Runs until SIGTERM or SIGINT; a second signal ends it at once. */
  async run(flags, _args, context) {
    const stopping = new AbortController()
    const stop = new Error('stopped by a signal')
    void untilSignal().then(() => {
      context.log.info('stopping; pods keep running')
      notifySystemd('STOPPING=1')
      stopping.abort(stop)
      untilSignal().then(() => process.exit(1))
    })
    const ended = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()))
    const removed = new CommandError(
      'this node was taken out of its cluster: skein uninstall --data, then join it anew',
    )
    try {
      const node = await startNode(optionsOf(flags), context.log, {
        signal: stopping.signal,
        removed: () => stopping.abort(removed),
      })
      notifySystemd('READY=1')
      await ended
      await node.stop()
    } catch (error) {
      if (error !== stop) throw error
    }
    if (stopping.signal.reason === removed) throw removed
    return 0
  },
}
