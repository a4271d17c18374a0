/**
 * Cron schedules of five fields, and `@hourly` and its like. All in UTC.
 * Source: github.com/robfig/cron/v3 (parser.go, spec.go), which upstream uses, and its documentation.
 */
export interface Schedule {
  minutes: ReadonlySet<number>
  hours: ReadonlySet<number>
  days: ReadonlySet<number>
  months: ReadonlySet<number>
  weekdays: ReadonlySet<number>
  /** `*` or `?`: then only the other one of days and weekdays counts; else either of them is enough. */
  isAnyDay: boolean
  isAnyWeekday: boolean
  /** `@every`: a fixed distance instead. */
  everyMs?: number
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const named: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const unitsMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const minuteMs = 60_000
/** A schedule like 30 February never comes. */
const farthestYears = 5

/** Throws an Error that says what is wrong. */
export function parseSchedule(text: string): Schedule {
  const every = /^@every\s+((?:\d+(?:ms|s|m|h))+)$/.exec(text.trim())?.[1]
  if (every) return { ...parseFields('* * * * *'), everyMs: durationMs(every) }
  return parseFields(named[text.trim()] ?? text)
}

function parseFields(text: string): Schedule {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5) throw new Error(`expected exactly 5 fields, found ${fields.length}: [${text}]`)
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string]
  const isAny = (field: string) => /^[*?](\/1)?$/.test(field)
  return {
    minutes: parseField(minute, 0, 59, []),
    hours: parseField(hour, 0, 23, []),
    days: parseField(day, 1, 31, []),
    months: parseField(month, 1, 12, monthNames, 1),
    weekdays: parseField(weekday, 0, 6, weekdayNames),
    isAnyDay: isAny(day),
    isAnyWeekday: isAny(weekday),
  }
}

function durationMs(text: string): number {
  let sum = 0
  for (const [, value, unit] of text.matchAll(/(\d+)(ms|s|m|h)/g)) sum += Number(value) * unitsMs[unit!]!
  return Math.max(1000, Math.floor(sum / 1000) * 1000)
}

function parseField(text: string, least: number, most: number, names: string[], firstName = 0): Set<number> {
  const values = new Set<number>()
  const number = (word: string): number => {
    const name = names.indexOf(word.toLowerCase())
    if (name >= 0) return name + firstName
    if (!/^\d+$/.test(word)) throw new Error(`failed to parse number: ${word} in ${text}`)
    return Number(word)
  }
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/')
    if (rest.length > 0) throw new Error(`too many slashes: ${part}`)
    const stepSize = step === undefined ? 1 : number(step)
    if (stepSize === 0) throw new Error(`step of range should be a positive number: ${part}`)
    const bounds = range.split('-')
    if (bounds.length > 2) throw new Error(`too many hyphens: ${part}`)
    const isAny = range === '*' || range === '?'
    const from = isAny ? least : number(bounds[0]!)
    const isOpen = isAny || (bounds.length === 1 && step !== undefined)
    const to = isOpen ? most : number(bounds.at(-1)!)
    if (from < least) throw new Error(`beginning of range (${from}) below minimum (${least}): ${part}`)
    if (to > most) throw new Error(`end of range (${to}) above maximum (${most}): ${part}`)
    if (from > to) throw new Error(`beginning of range (${from}) beyond end of range (${to}): ${part}`)
    for (let value = from; value <= to; value += stepSize) values.add(value)
  }
  return values
}

/** The first time after `afterMs`; undefined when there is none within years. */
export function nextTimeMs(schedule: Schedule, afterMs: number): number | undefined {
  if (schedule.everyMs !== undefined) return Math.floor(afterMs / 1000) * 1000 + schedule.everyMs
  const time = new Date((Math.floor(afterMs / minuteMs) + 1) * minuteMs)
  const lastYear = time.getUTCFullYear() + farthestYears
  while (time.getUTCFullYear() <= lastYear) {
    if (!schedule.months.has(time.getUTCMonth() + 1)) {
      time.setUTCMonth(time.getUTCMonth() + 1, 1)
      time.setUTCHours(0, 0, 0, 0)
    } else if (!matchesDay(schedule, time)) {
      time.setUTCDate(time.getUTCDate() + 1)
      time.setUTCHours(0, 0, 0, 0)
    } else if (!schedule.hours.has(time.getUTCHours())) time.setUTCHours(time.getUTCHours() + 1, 0, 0, 0)
    else if (!schedule.minutes.has(time.getUTCMinutes())) time.setUTCMinutes(time.getUTCMinutes() + 1, 0, 0)
    else return time.getTime()
  }
  return undefined
}

function matchesDay({ days, weekdays, isAnyDay, isAnyWeekday }: Schedule, time: Date): boolean {
  const isDay = days.has(time.getUTCDate())
  const isWeekday = weekdays.has(time.getUTCDay())
  return isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday
}
