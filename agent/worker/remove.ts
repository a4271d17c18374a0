import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { PodCgroups } from './runtime/cgroup.ts'
import type { RuntimeConnection } from './runtime/connection.ts'
import { runtimeMessage } from './runtime/connection.ts'
import { readHostFacts } from './runtime/host.ts'
import { removeWithTask } from './runtime/left-task.ts'
import { unmount } from './runtime/mount.ts'
import { openRuntime, type RuntimeOptions, stateDirectoryOf } from './runtime/open-runtime.ts'

export interface RemoveWorkerOptions extends RuntimeOptions {
  dataDirectory: string
  stateDirectory?: string
  cgroupRoot?: string
}

const parallelRemovals = 8
const removalTimeoutMs = 60_000

/**
 * Ends all pods of a worker that has stopped, and the runtime inside the executable, and removes what they left on the
 * machine: processes, mounts, cgroups, state. The data directory itself stays. Safe to repeat after a failure.
 */
export async function removeWorker(options: RemoveWorkerOptions): Promise<void> {
  const { log, cgroupRoot = '' } = options
  const dataDirectory = resolve(options.dataDirectory)
  const stateDirectory = options.stateDirectory ?? stateDirectoryOf(dataDirectory)
  const facts = readHostFacts(dataDirectory)
  try {
    const runtime = await openRuntime(options, dataDirectory, stateDirectory, facts)
    try {
      await removeSandboxes(runtime.connection)
    } finally {
      await runtime.close(true)
    }
  } catch (error) {
    log.warn('the runtime could not remove its pods; their processes are killed', { error: runtimeMessage(error) })
  }
  killRuntime([dataDirectory, stateDirectory])
  const cgroups = new PodCgroups(facts, cgroupRoot, log)
  for (const uid of cgroups.podUids()) await cgroups.kill(uid)
  unmountBelow([dataDirectory, stateDirectory])
  for (const uid of cgroups.podUids()) await cgroups.remove(uid)
  await cgroups.removeRoot()
  rmSync(stateDirectory, { recursive: true, force: true })
}

/** The CRI's way, so that networks are torn down by the CNI plugins that made them. */
async function removeSandboxes(connection: RuntimeConnection): Promise<void> {
  const { runtime } = connection
  const { items } = await runtime.listPodSandbox({}, { timeoutMs: removalTimeoutMs })
  for (let first = 0; first < items.length; first += parallelRemovals) {
    await Promise.all(
      items.slice(first, first + parallelRemovals).map(async ({ id: podSandboxId }) => {
        await runtime.stopPodSandbox({ podSandboxId }, { timeoutMs: removalTimeoutMs })
        await removeWithTask(connection, () =>
          runtime.removePodSandbox({ podSandboxId }, { timeoutMs: removalTimeoutMs }),
        )
      }),
    )
  }
}

/** containerd and shims that outlived their pods: they name our directories in their command lines. */
function killRuntime(directories: string[]): void {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const words = commandLineOf(name)
    const isRuntime = /\/containerd(-shim-runc-v2)?$/.test(words[0] ?? '')
    if (!isRuntime || !words.some((word) => directories.some((directory) => word.startsWith(`${directory}/`)))) continue
    try {
      process.kill(Number(name), 'SIGKILL')
    } catch {
      // Gone meanwhile.
    }
  }
}

function commandLineOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** The newest mounts first: they may lie upon older ones. */
function unmountBelow(directories: string[]): void {
  const targets = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8))),
    )
  for (const target of targets.reverse()) {
    if (directories.some((directory) => target.startsWith(`${directory}/`))) unmount(target)
  }
}
