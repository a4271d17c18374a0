import { readFileSync, statfsSync } from 'node:fs'
import { arch, cpus, hostname, release, totalmem } from 'node:os'
import type { NodeFacts } from './node-object.ts'

/** The Kubernetes release whose behaviour the worker follows. */
export const kubeletVersion = 'v1.36.0'

export interface MachineOptions {
  /** Its file system is what pods' volumes and logs use. */
  dataDirectory: string
  nodeName: string
  nodeAddress: string
  /** As they are now: they may change while the node runs. */
  externalAddresses: () => readonly string[]
  /** e.g. `containerd://1.7.24`. */
  runtimeVersion: string
}

export function readMachine(options: MachineOptions): NodeFacts {
  const { bsize, blocks } = statfsSync(options.dataDirectory)
  const architecture = arch() === 'x64' ? 'amd64' : arch()
  const machineID = readText('/etc/machine-id')
  return {
    cpus: cpus().length,
    memoryBytes: totalmem(),
    ephemeralStorageBytes: bsize * blocks,
    hostname: options.nodeName,
    get addresses() {
      return [
        { type: 'InternalIP', address: options.nodeAddress },
        ...options.externalAddresses().map((address) => ({ type: 'ExternalIP', address })),
        { type: 'Hostname', address: hostname() },
      ]
    },
    info: {
      machineID,
      systemUUID: readText('/sys/class/dmi/id/product_uuid') || machineID,
      bootID: readText('/proc/sys/kernel/random/boot_id'),
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(readText('/etc/os-release'))?.[1] ?? 'Linux',
      containerRuntimeVersion: options.runtimeVersion,
      kubeletVersion,
      kubeProxyVersion: kubeletVersion,
      operatingSystem: 'linux',
      architecture,
    },
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}
