import { containerdHeaders, isNotFound, type RuntimeConnection, runtimeMessage, sigkill } from './connection.ts'

const leftTask = /cannot delete running task ([0-9a-f]+)/
const timeoutMs = 10_000

/**
 * Removes a container or sandbox by the CRI; one that is missing counts as removed. containerd 1.7.24 keeps the task of
 * a container whose start was broken off (by an agent that was killed) between making the task and asking for its pid:
 * the CRI takes the container for exited, and every removal fails with "cannot delete running task". Such a task is
 * ended by containerd's own service first.
 */
export async function removeWithTask(connection: RuntimeConnection, remove: () => Promise<unknown>): Promise<void> {
  for (const ended = new Set<string>(); ; ) {
    try {
      await remove()
      return
    } catch (error) {
      if (isNotFound(error)) return
      const containerId = leftTask.exec(runtimeMessage(error))?.[1]
      if (containerId === undefined || ended.has(containerId)) throw error
      ended.add(containerId)
      await endTask(connection, containerId)
    }
  }
}

async function endTask({ tasks }: RuntimeConnection, containerId: string): Promise<void> {
  const options = { headers: containerdHeaders, timeoutMs }
  // Both fail where it has ended already, or its shim has; only whether it can be deleted then matters.
  await tasks.kill({ containerId, signal: sigkill, all: true }, options).catch(() => {})
  await tasks.wait({ containerId }, options).catch(() => {})
  await tasks.delete({ containerId }, options)
}
