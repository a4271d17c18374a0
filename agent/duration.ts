const unitsMs: Record<string, number> = { s: 1000, m: 60_000, h: 3600_000, d: 24 * 3600_000 }

/** `90s`, `30m`, `24h`, `7d` in milliseconds; undefined for what is none. */
export function durationMs(text: string): number | undefined {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * unitsMs[unit!]!
}
