import { durationMs } from '../duration.ts'
import { CommandError, usageStatus } from './command.ts'

/** `90s`, `30m`, `24h`, `7d` in milliseconds. Throws CommandError. */
export function parseDuration(flag: string, text: string): number {
  const parsedMs = durationMs(text)
  if (parsedMs !== undefined) return parsedMs
  throw new CommandError(`${flag} ${text}: expected a duration such as 30m, 24h or 7d`, usageStatus)
}
