import { CommandError, usageStatus } from './command.ts'

const unitsMs: Record<string, number> = { s: 1000, m: 60_000, h: 3600_000, d: 24 * 3600_000 }

/** `90s`, `30m`, `24h`, `7d` in milliseconds. Throws CommandError. */
export function parseDuration(flag: string, text: string): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (number === undefined)
    throw new CommandError(`${flag} ${text}: expected a duration such as 30m, 24h or 7d`, usageStatus)
  return Number(number) * unitsMs[unit!]!
}
