import { type Node, startNode } from '../node.ts'
import type { NodeFlags } from '../node-options.ts'
import { notifySystemd } from '../systemd/notify.ts'
import { CommandError, type CommandModule } from './command.ts'
import { declareStartFlags, optionsOf } from './node-flags.ts'
import { untilSignal } from './signal.ts'

export const command: CommandModule<NodeFlags> = {
  declare(command) {
    declareStartFlags(command)
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
    try {
      const node = await startNode(optionsOf(flags, context.isTerminal), context.log, {
        signal: stopping.signal,
        ended: (reason) => stopping.abort(new CommandError(reason)),
      })
      notifySystemd('READY=1')
      if (node.news !== undefined) context.print(newsText(node.news))
      await ended
      await node.stop()
    } catch (error) {
      if (error !== stop) throw error
    }
    if (stopping.signal.reason !== stop) throw stopping.signal.reason
    return 0
  },
}

function newsText({ recoveryKey, joinToken }: NonNullable<Node['news']>): string {
  const recovery = [
    'The recovery key of this cluster, shown this once. Keep it away from the servers: it opens snapshots.',
    '',
    `  ${recoveryKey}`,
    '',
  ]
  const join = [
    'To join other servers (24 hours, 16 servers), run there as root:',
    '',
    `  skein start --join ${joinToken}`,
    '',
  ]
  return [...(recoveryKey === undefined ? [] : recovery), ...join].join('\n')
}
