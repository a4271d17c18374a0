import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { mount, unmount } from './mount.ts'

/** What containers can be given on this machine, found out by looking. */
export interface HostFacts {
  cgroupVersion: 1 | 2
  /** Who makes cgroups: systemd where it runs the machine, else the file system itself. */
  cgroupDriver: 'systemd' | 'cgroupfs'
  snapshotter: 'overlayfs' | 'native'
  /** CAP_SYS_RESOURCE: without it no process may be made less likely to be killed when memory runs out. */
  mayLowerOomScore: boolean
}

const capSysResource = 24n

export function readHostFacts(directory: string): HostFacts {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return {
    cgroupVersion: cgroupVersion(mounts),
    cgroupDriver: cgroupDriver(),
    snapshotter: canMountOverlay(directory) ? 'overlayfs' : 'native',
    mayLowerOomScore: ((BigInt(`0x${capabilities}`) >> capSysResource) & 1n) === 1n,
  }
}

/** Version 2 when the root of the hierarchy is the unified one; a hybrid machine counts as version 1. */
export function cgroupVersion(mounts: string): 1 | 2 {
  return /^\S+ \/sys\/fs\/cgroup cgroup2 /m.test(mounts) ? 2 : 1
}

function cgroupDriver(): HostFacts['cgroupDriver'] {
  const systemd = existsSync('/run/systemd/system') && existsSync('/run/dbus/system_bus_socket')
  return systemd ? 'systemd' : 'cgroupfs'
}

/** The kernel may lack overlayfs, or refuse it above the directory's own file system: only a mount tells. */
function canMountOverlay(directory: string): boolean {
  mkdirSync(directory, { recursive: true })
  const scratch = mkdtempSync(join(directory, '.overlay-'))
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(scratch, name))
    mountOverlay(scratch)
    unmount(join(scratch, 'merged'))
    return true
  } catch {
    return false
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function mountOverlay(scratch: string): void {
  const layers = `lowerdir=${scratch}/lower,upperdir=${scratch}/upper,workdir=${scratch}/work`
  const target = join(scratch, 'merged')
  try {
    // Else its unmounting syncs the whole file system below: 70 ms and more, in which this process stands still.
    mount('overlay', target, 'overlay', 0, `${layers},volatile`)
  } catch {
    // Kernels before 5.10 do not know the option.
    mount('overlay', target, 'overlay', 0, layers)
  }
}
