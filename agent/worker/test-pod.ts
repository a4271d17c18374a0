/** For tests: containers of busybox, and what their pods' statuses say. */
import type { Container, Pod } from '../../api/schema/generated/types/core-v1.ts'

/** A script that runs until it is asked to end. */
export const forever = 'trap "exit 0" TERM; while true; do sleep 0.1; done'

export function shell(script: string, rest: Partial<Container> = {}): Container {
  return { name: 'main', image: 'skein.local/busybox:1', command: ['sh', '-c', script], ...rest }
}

export function isReady(pod: Pod): boolean | undefined {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
}

export const inPhase = (wanted: string) => (pod: Pod) => pod.status?.phase === wanted

export function statusOf(pod: Pod, name = 'main') {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {}
  const statuses = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses]
  return statuses.find((status) => status.name === name)
}
