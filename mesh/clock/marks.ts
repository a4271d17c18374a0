/** A timer that was a little early must not come to the same mark twice. */
const earlyMs = 500

/** Milliseconds until the clock comes to the next multiple of the interval: who waits for these acts at the same moments. */
export function msUntilMark(nowMs: number, intervalMs: number): number {
  const restMs = intervalMs - (nowMs % intervalMs)
  return restMs < Math.min(earlyMs, intervalMs / 2) ? restMs + intervalMs : restMs
}
