import type { Container, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { BackOff, ContainerState } from './state.ts'

/** Upstream's figures (kubelet: MaxContainerBackOff, backOffPeriod). */
const firstDelayMs = 10_000
export const maxDelayMs = 300_000
/** A container that ran this long begins anew. */
const resetAfterMs = 2 * maxDelayMs

/** Whether an ended container is to be started again. Upstream: kubecontainer.ShouldContainerBeRestarted. */
export function shouldRestart(pod: Pod, container: Container, exitCode: number): boolean {
  if (container.restartPolicy === 'Always') return true
  for (const rule of container.restartPolicyRules ?? []) {
    const { operator, values = [] } = rule.exitCodes ?? {}
    const matches = operator === 'In' ? values.includes(exitCode) : operator === 'NotIn' && !values.includes(exitCode)
    if (matches && rule.action === 'Restart') return true
  }
  switch (container.restartPolicy ?? pod.spec?.restartPolicy) {
    case 'Never':
      return false
    case 'OnFailure':
      return exitCode !== 0
    default:
      return true
  }
}

/**
 * The back-off of a container's next start. The first restart is at once; then 10 s, doubling to 5 minutes, counted
 * from when it ended. After a restart of the worker it is derived from the restart count.
 */
export function backOffOf(known: BackOff | undefined, ended: ContainerState): BackOff {
  if (known) return known
  const delayMs = ended.attempt === 0 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(ended.attempt - 1, 10))
  return { delayMs, sinceMs: ended.startedAtMs }
}

/** When a container that ended may be started again. */
export function restartAtMs(backOff: BackOff, ended: ContainerState): number {
  if (ended.finishedAtMs - backOff.sinceMs > resetAfterMs) return 0
  return backOff.delayMs === 0 ? 0 : ended.finishedAtMs + backOff.delayMs
}

/** What to remember when it is started again. */
export function raiseBackOff(backOff: BackOff, ended: ContainerState, nowMs: number): BackOff {
  if (backOff.delayMs === 0 || ended.finishedAtMs - backOff.sinceMs > resetAfterMs) {
    return { delayMs: firstDelayMs, sinceMs: nowMs }
  }
  return { delayMs: Math.min(maxDelayMs, backOff.delayMs * 2), sinceMs: nowMs }
}

/** Pauses between attempts at what failed for an outer reason (volumes, sandbox, images): doubles, bounded. */
export function nextDelayMs(delayMs: number | undefined, firstMs: number, limitMs: number): number {
  return delayMs === undefined ? firstMs : Math.min(limitMs, delayMs * 2)
}

export function describeDelay(delayMs: number): string {
  const seconds = Math.round(delayMs / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
