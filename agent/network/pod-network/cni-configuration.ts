import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CniConfigurationOptions {
  /** The container runtime's `conf_dir`. */
  directory: string
  /** Where the host-local plugin remembers which addresses are given out; one for each instance. */
  stateDirectory: string
  podCidr: string
  mtu: number
}

const fileName = '10-skein.conflist'

/** What the runtime runs for each pod: a veth pair routed by the host (ptp), its address from the node's range. */
export function cniConfiguration({ stateDirectory, podCidr, mtu }: Omit<CniConfigurationOptions, 'directory'>) {
  const anywhere = podCidr.includes(':') ? '::/0' : '0.0.0.0/0'
  return {
    cniVersion: '1.0.0',
    name: 'skein',
    plugins: [
      {
        type: 'ptp',
        // Masquerade is in our nftables table: the plugins' is iptables'.
        ipMasq: false,
        mtu,
        ipam: {
          type: 'host-local',
          dataDir: stateDirectory,
          ranges: [[{ subnet: podCidr }]],
          routes: [{ dst: anywhere }],
        },
      },
    ],
  }
}

/** Writes the configuration in one step: the runtime watches the directory. */
export function writeCniConfiguration(options: CniConfigurationOptions): void {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 })
  mkdirSync(options.stateDirectory, { recursive: true, mode: 0o700 })
  const path = join(options.directory, fileName)
  writeFileSync(`${path}.tmp`, `${JSON.stringify(cniConfiguration(options), null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.tmp`, path)
}

export function removeCniConfiguration(directory: string): void {
  rmSync(join(directory, fileName), { force: true })
}
