/** RFC 3339 with seconds, the form of metav1.Time. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** RFC 3339 with microseconds, the form of metav1.MicroTime. */
export function microTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`
}

/** Milliseconds since the epoch; NaN when absent. */
export function millisOf(time: string | undefined): number {
  return time === undefined ? Number.NaN : Date.parse(time)
}
