/** The pod's line: how many containers are ready, and the one word that sums up what is going on. */
import type { ContainerState, ContainerStatus, Pod } from '../../schema/generated/types/core-v1.ts'
import { ageOf, columnsOf, nameOf, printer, since } from './column.ts'
import { orNone } from './text.ts'

interface Summary {
  reason: string
  ready: number
  restarts: number
  /** RFC 3339; empty when nothing restarted yet. */
  lastRestart: string
}

export const podPrinter = printer<Pod>(
  columnsOf('Name', 'Ready', 'Status', 'Restarts', 'Age', '*IP', '*Node', '*Nominated Node', '*Readiness Gates'),
  (pod, nowMs) => {
    const summary = summarize(pod)
    const { restarts, lastRestart } = summary
    const restartText = restarts > 0 && lastRestart ? `${restarts} (${since(lastRestart, nowMs)} ago)` : `${restarts}`
    return [
      nameOf(pod),
      `${summary.ready}/${countContainers(pod)}`,
      summary.reason,
      restartText,
      ageOf(pod, nowMs),
      orNone(pod.status?.podIPs?.[0]?.ip),
      orNone(pod.spec?.nodeName),
      orNone(pod.status?.nominatedNodeName),
      readinessGates(pod),
    ]
  },
  (pod) => {
    const phase = pod.status?.phase
    if (phase !== 'Succeeded' && phase !== 'Failed') return []
    const message = phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed.'
    return [{ type: 'Completed', status: 'True', reason: phase, message }]
  },
)

function countContainers(pod: Pod): number {
  return (pod.spec?.containers?.length ?? 0) + sidecarsOf(pod).size
}

/** Names of init containers that keep running. */
function sidecarsOf(pod: Pod): Set<string> {
  const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')
  return new Set(sidecars.map((c) => c.name))
}

/** What `kubectl get pods` shows as STATUS; also good for one-line reports elsewhere. */
export function podStatusWord(pod: Pod): string {
  return summarize(pod).reason
}

function summarize(pod: Pod): Summary {
  const status = pod.status ?? {}
  const conditions = status.conditions ?? []
  const summary: Summary = { reason: status.reason || status.phase || '', ready: 0, restarts: 0, lastRestart: '' }
  if (conditions.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated'))
    summary.reason = 'SchedulingGated'
  const initializing = summarizeInit(pod, summary)
  const isInitialized = conditions.some((c) => c.type === 'Initialized' && c.status === 'True')
  if (!initializing || isInitialized) summarizeMain(pod, summary)
  if (pod.metadata?.deletionTimestamp) {
    if (status.reason === 'NodeLost') summary.reason = 'Unknown'
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') summary.reason = 'Terminating'
  }
  return summary
}

/** Stops at the first init container that has not finished; true when there is one. */
function summarizeInit(pod: Pod, summary: Summary): boolean {
  const sidecars = sidecarsOf(pod)
  const statuses = pod.status?.initContainerStatuses ?? []
  for (const [index, status] of statuses.entries()) {
    summary.restarts += status.restartCount
    noteRestart(summary, status)
    if (status.state?.terminated?.exitCode === 0) continue
    if (sidecars.has(status.name) && status.started) {
      if (status.ready) summary.ready++
      continue
    }
    summary.reason = initReason(status.state ?? {}, index, pod.spec?.initContainers?.length ?? 0)
    return true
  }
  return false
}

function initReason({ terminated, waiting }: ContainerState, index: number, count: number): string {
  if (terminated) return `Init:${terminated.reason || exitText(terminated)}`
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
  return `Init:${index}/${count}`
}

function exitText({ signal, exitCode }: { signal?: number; exitCode: number }): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`
}

function summarizeMain(pod: Pod, summary: Summary): void {
  const sidecars = sidecarsOf(pod)
  summary.restarts = 0
  summary.lastRestart = ''
  for (const status of (pod.status?.initContainerStatuses ?? []).filter((s) => sidecars.has(s.name))) {
    summary.restarts += status.restartCount
    noteRestart(summary, status)
  }
  let hasRunning = false
  let errorReason = ''
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    const { waiting, terminated, running } = status.state ?? {}
    summary.restarts += status.restartCount
    noteRestart(summary, status)
    if (waiting?.reason) summary.reason = waiting.reason
    else if (terminated) {
      summary.reason = terminated.reason || exitText(terminated)
      if (terminated.exitCode !== 0) errorReason = summary.reason
    } else if (status.ready && running) {
      hasRunning = true
      summary.ready++
    }
  }
  if (summary.reason !== 'Completed') return
  const isReady = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
  if (hasRunning && isReady) summary.reason = 'Running'
  else if (errorReason) summary.reason = errorReason
  else if (hasRunning) summary.reason = 'NotReady'
}

function noteRestart(summary: Summary, status: ContainerStatus): void {
  const finished = status.lastState?.terminated?.finishedAt
  if (finished && finished > summary.lastRestart) summary.lastRestart = finished
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const met = gates.filter(({ conditionType }) => {
    return pod.status?.conditions?.find((c) => c.type === conditionType)?.status === 'True'
  })
  return `${met.length}/${gates.length}`
}
