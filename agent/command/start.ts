import { startNode } from '../node.ts'
import { type NodeFlags, nodeOptions, OptionError } from '../node-options.ts'
import { CommandError, type CommandModule, usageStatus } from './command.ts'

export const command: CommandModule<NodeFlags> = {
  declare(command) {
    command
      .option('--name <name>', 'name of this node (default: the host name)')
      .option('--data-dir <directory>', 'where the node keeps its data (default: /var/lib/skein)')
      .option('--cluster-name <name>', 'name of a new cluster (default: skein)')
      .option('--cluster-domain <domain>', 'DNS domain of the cluster (default: cluster.local)')
      .option('--cluster-cidr <cidr>', 'addresses of pods (default: 10.42.0.0/16)')
      .option('--service-cidr <cidr>', 'addresses of services (default: 10.43.0.0/16)')
      .option('--node-cidr <cidr>', 'addresses of nodes in the mesh (default: 10.44.0.0/16)')
      .option('--listen <address:port...>', 'where people reach the API (default: 127.0.0.1:6443)')
      .option('--container-runtime-endpoint <socket>', 'a CRI socket, instead of the runtime inside this executable')
  },
  /** Runs until SIGTERM or SIGINT; a second signal ends it at once. */
  async run(flags, _args, context) {
    const node = await startNode(optionsOf(flags), context.log)
    await signal()
    context.log.info('stopping; pods keep running')
    signal().then(() => process.exit(1))
    await node.stop()
    return 0
  },
}

function optionsOf(flags: NodeFlags) {
  try {
    return nodeOptions(flags)
  } catch (error) {
    if (error instanceof OptionError) throw new CommandError(error.message, usageStatus)
    throw error
  }
}

function signal(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      process.off('SIGTERM', done)
      process.off('SIGINT', done)
      resolve()
    }
    process.on('SIGTERM', done)
    process.on('SIGINT', done)
  })
}
