import type { CommandModule } from './command.ts'

export interface CommandEntry {
  name: string
  /** One line for `skein help`. */
  summary: string
  /** Loaded only when asked for, so that `skein version` does not pay for the rest. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has flags of its own
  load(): Promise<{ command: CommandModule<any> }>
}

/** Every command there is, in the order of `skein help`. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'check',
    summary: 'show what this machine offers and lacks, and that this executable is whole',
    load: () => import('./check.ts'),
  },
  {
    name: 'images',
    summary: "load image archives into this node's container runtime, without a registry",
    load: () => import('./images.ts'),
  },
  {
    name: 'install',
    summary: 'run this node as a systemd service, now and at every boot',
    load: () => import('./install.ts'),
  },
  {
    name: 'kubeconfig',
    summary: "print a kubeconfig for this node's API, with a client certificate of its own",
    load: () => import('./kubeconfig.ts'),
  },
  {
    name: 'network',
    summary: "show how this node's pods reach those of each other node",
    load: () => import('./network.ts'),
  },
  {
    name: 'node',
    summary: 'list the nodes of the cluster, or take one out',
    load: () => import('./node.ts'),
  },
  {
    name: 'pack',
    summary: 'make a copy of this executable that joins this cluster when it is started',
    load: () => import('./pack.ts'),
  },
  {
    name: 'rendezvous',
    summary: 'on a public host: where nodes behind NAT meet; no member of any cluster, needs no key',
    load: () => import('./rendezvous.ts'),
  },
  {
    name: 'recover',
    summary: 'when most voters are lost for good: go on from what this node has',
    load: () => import('./recover.ts'),
  },
  {
    name: 'snapshot',
    summary: 'save the cluster to a file; restore it on a fresh server',
    load: () => import('./snapshot.ts'),
  },
  {
    name: 'start',
    summary: 'run this node: worker and control-plane peer',
    load: () => import('./start.ts'),
  },
  {
    name: 'status',
    summary: 'show the state of the node that runs here',
    load: () => import('./status.ts'),
  },
  {
    name: 'token',
    summary: 'make, list and revoke the tokens by which nodes join',
    load: () => import('./token.ts'),
  },
  {
    name: 'uninstall',
    summary: 'remove what a stopped node left on this machine: containers, mounts, network, cgroups',
    load: () => import('./uninstall.ts'),
  },
  {
    name: 'version',
    summary: 'show version, commit, Bun and target',
    load: () => import('./version.ts'),
  },
]
