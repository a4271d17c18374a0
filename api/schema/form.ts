/** Values whose JSON is not an object of fields: times, durations, quantities. Checks them and writes them canonically. */
import { canonicalQuantity } from './quantity.ts'
import type { SpecialForm } from './schema.ts'

/** The canonical value, or an error with upstream's text. `undefined` as value: treat the field as absent. */
export type FormResult = { value: unknown } | { error: string }

const dateTime = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

export function canonicalTime(text: string, form: 'time' | 'microTime'): string | undefined {
  const match = dateTime.exec(text)
  if (!match) return undefined
  const [, date, fraction = '', zone] = match
  if (zone === 'Z' && isCanonical(fraction, form) && isCalendarDate(date!)) return text
  const ms = Date.parse(date! + zone)
  if (Number.isNaN(ms) || !isCalendarDate(date!)) return undefined
  const seconds = new Date(ms).toISOString().slice(0, 19)
  return form === 'time' ? `${seconds}Z` : `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}Z`
}

function isCanonical(fraction: string, form: 'time' | 'microTime'): boolean {
  return form === 'time' ? fraction === '' : fraction.length === 6
}

/** JavaScript would take 31 February for 3 March. */
function isCalendarDate(date: string): boolean {
  const ms = Date.parse(`${date}Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date)
}

const nanosPerUnit: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 }

/** Go's durations, e.g. `1h30m`, as nanoseconds; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/.exec(text)
  if (!match) return undefined
  let nanos = 0
  for (const [, amount, unit] of match[2]!.matchAll(/([\d.]+)([a-zµ]+)/g))
    nanos += Number(amount) * nanosPerUnit[unit!]!
  return match[1] === '-' ? -nanos : nanos
}

/** Go's text of a duration: `1h0m0s`, `1.5s`, `20ms`. */
export function formatDuration(nanos: number): string {
  if (nanos === 0) return '0s'
  const sign = nanos < 0 ? '-' : ''
  const size = Math.abs(nanos)
  if (size < 1e3) return `${sign}${size}ns`
  if (size < 1e6) return `${sign}${size / 1e3}µs`
  if (size < 1e9) return `${sign}${size / 1e6}ms`
  const seconds = Math.floor(size / 1e9)
  const fraction = String(size % 1e9)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const lead = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : ''
  return `${sign}${lead}${seconds % 60}${fraction === '' ? '' : `.${fraction}`}s`
}

const layouts = { time: '2006-01-02T15:04:05Z07:00', microTime: '2006-01-02T15:04:05.000000Z07:00' }

/** For the forms that are single values; `null` was handled before. */
export function canonicalForm(form: SpecialForm, value: unknown): FormResult {
  switch (form) {
    case 'time':
    case 'microTime': {
      if (typeof value !== 'string') return mismatch(value, 'string')
      const time = canonicalTime(value, form)
      if (time !== undefined) return { value: time }
      const layout = layouts[form]
      return { error: `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)}` }
    }
    case 'duration': {
      if (typeof value !== 'string') return mismatch(value, 'string')
      const nanos = parseDuration(value)
      return nanos === undefined
        ? { error: `time: invalid duration ${JSON.stringify(value)}` }
        : { value: formatDuration(nanos) }
    }
    case 'quantity':
      return canonicalQuantityValue(value)
    case 'intOrString':
      if (typeof value === 'string') return { value }
      if (typeof value !== 'number' || !Number.isInteger(value)) return mismatch(value, 'int32')
      return { value }
    default:
      return { value }
  }
}

function canonicalQuantityValue(value: unknown): FormResult {
  if (typeof value !== 'string' && typeof value !== 'number') return mismatch(value, 'resource.Quantity')
  const canonical = canonicalQuantity(String(value))
  if (canonical !== undefined) return { value: canonical }
  return {
    error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  }
}

function mismatch(value: unknown, goType: string): FormResult {
  return { error: `json: cannot unmarshal ${jsonTypeOf(value)} into Go value of type ${goType}` }
}

/** Go's word for the type of a JSON value. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
