import type { Probe } from '../../../api/schema/generated/types/core-v1.ts'

/** Upstream's defaults, for objects that were not defaulted. */
export function probeTimes(probe: Probe) {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: Math.max(1, probe.periodSeconds ?? 10) * 1000,
    timeoutMs: Math.max(1, probe.timeoutSeconds ?? 1) * 1000,
    successThreshold: Math.max(1, probe.successThreshold ?? 1),
    failureThreshold: Math.max(1, probe.failureThreshold ?? 3),
  }
}

export interface Threshold {
  result: 'unknown' | 'success' | 'failure'
  last: boolean | undefined
  /** How often in a row `last` came. */
  run: number
}

export const newThreshold: Threshold = { result: 'unknown', last: undefined, run: 0 }

/** What one more outcome makes of a probe's result. Pure. */
export function nextThreshold(state: Threshold, succeeded: boolean, probe: Probe): Threshold {
  const { successThreshold, failureThreshold } = probeTimes(probe)
  const run = state.last === succeeded ? state.run + 1 : 1
  const needed = succeeded ? successThreshold : failureThreshold
  const result = run >= needed ? (succeeded ? 'success' : 'failure') : state.result
  return { result, last: succeeded, run }
}
