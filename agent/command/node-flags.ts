import type { Command } from 'commander'
import { type NodeFlags, type NodeOptions, nodeOptions, OptionError } from '../node-options.ts'
import { CommandError, usageStatus } from './command.ts'

/** Flags of a node's start; its removal takes the same, since what was made follows from them. */
export function declareNodeFlags(command: Command): void {
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
    .option('--mesh-listen <address:port>', 'where other nodes reach this one, TCP and UDP (default: 0.0.0.0:6444)')
    .option('--advertise <address...>', 'more addresses of this node, such as a forwarded port of its router')
    .option('--rendezvous <host:port...>', 'hosts that run skein rendezvous')
    .option(
      '--dht <which>',
      'public, none or HOST:PORT of a bootstrap node (default: public only without public members)',
    )
    .option('--cgroup-root <path>', "above the pods' cgroups, where several nodes run on one machine (default: none)")
}

/** Those of `skein start`, and of `skein install`, which starts it. */
export function declareStartFlags(command: Command): void {
  declareNodeFlags(command)
  command
    .option(
      '--join <token>',
      'join the cluster that gave this token (default: SKEIN_TOKEN, or skein.token beside this file)',
    )
    .option(
      '--recovery-key-file <file>',
      'where the recovery key of a new cluster is written (default: shown on a terminal)',
    )
    .option('--certificate-lifetime <duration>', 'how long serving certificates live (default: 365d)')
    .option('--replace', 'join in the place of a member of the same name that is gone')
}

/** Throws CommandError for a value that cannot be used. */
export function optionsOf(flags: NodeFlags, showsSecrets = false): NodeOptions {
  try {
    return nodeOptions(flags, showsSecrets)
  } catch (error) {
    if (error instanceof OptionError) throw new CommandError(error.message, usageStatus)
    throw error
  }
}
