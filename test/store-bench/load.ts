import { randomBytes } from 'node:crypto'
import { quantile } from '../../scripts/benchmark/quantile.ts'

export const valueBytes = 256
/** Keys that the load writes, again and again. */
export const keyCount = 100_000

export interface RunResult extends Record<string, unknown> {
  perSecond: number
  p50Ms: number
  p99Ms: number
  failures: number
  /** Of the process that makes the load. */
  cpuSeconds: number
}

const values = Array.from({ length: 64 }, () => randomBytes(valueBytes))
let counter = 0

export function nextPut(): { key: string; value: Uint8Array; counter: number } {
  counter++
  return { key: `registry/bench/${counter % keyCount}`, value: values[counter % values.length]!, counter }
}

/** So many clients, each doing one thing after the other, for a time or until a count is reached. */
export async function load(
  clients: number,
  limit: { seconds: number } | { count: number },
  act: () => Promise<void>,
): Promise<RunResult> {
  const latencies: number[] = []
  let failures = 0
  let left = 'count' in limit ? limit.count : Number.POSITIVE_INFINITY
  const beginMs = performance.now()
  const untilMs = 'seconds' in limit ? beginMs + limit.seconds * 1000 : Number.POSITIVE_INFINITY
  const before = process.cpuUsage()
  const client = async () => {
    while (left-- > 0 && performance.now() < untilMs) {
      const startMs = performance.now()
      try {
        await act()
        latencies.push(performance.now() - startMs)
      } catch {
        failures++
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - beginMs) / 1000
  const { user, system } = process.cpuUsage(before)
  return {
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    failures,
    cpuSeconds: (user + system) / 1e6,
  }
}

/** What a process sees of watches, and the processor time that it takes there. */
export interface WatchResult extends Record<string, unknown> {
  perSecond: number
  cpuSeconds: number
}

export async function measured(eventsPerSecond: () => Promise<number>): Promise<WatchResult> {
  const before = process.cpuUsage()
  const perSecond = await eventsPerSecond()
  const { user, system } = process.cpuUsage(before)
  return { perSecond, cpuSeconds: (user + system) / 1e6 }
}

/** Between two tries of a write that failed at once. */
const retryMs = 10

/** Writes until one is acknowledged. */
export async function untilAcknowledged(act: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await act()
    } catch {
      await Bun.sleep(retryMs)
    }
  }
}
