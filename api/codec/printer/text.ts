/** The small texts that tables are made of. Sources: k8s.io/apimachinery/pkg/util/duration, meta/v1 FormatLabelSelector. */
import type { LabelSelector } from '../../schema/generated/types/meta-v1.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** A duration as people read it: two units at most, the finer the shorter. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / second)
  // The clocks of two machines may differ a little.
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (ms < 2 * minute) return `${seconds}s`
  const minutes = Math.floor(ms / minute)
  if (minutes < 10) return pair(minutes, 'm', Math.floor(ms / second) % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(ms / hour)
  if (hours < 8) return pair(hours, 'h', Math.floor(ms / minute) % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(ms / day)
  if (hours < 24 * 8) return pair(days, 'd', hours % 24, 'h')
  if (hours < 24 * 365 * 2) return `${days}d`
  const years = Math.floor(ms / year)
  return hours < 24 * 365 * 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}

/** `a=1,b=2` in the order of the keys, `<none>` for none. */
export function formatLabels(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return pairs.sort().join(',') || '<none>'
}

export function formatSelector(selector: LabelSelector | undefined): string {
  if (!selector) return '<none>'
  const terms = Object.entries(selector.matchLabels ?? {}).map(([key, value]): [string, string] => [
    key,
    `${key}=${value}`,
  ])
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    if (operator === 'Exists') terms.push([key, key])
    else if (operator === 'DoesNotExist') terms.push([key, `!${key}`])
    else terms.push([key, `${key} ${operator.toLowerCase()} (${values.toSorted().join(',')})`])
  }
  terms.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return terms.map(([, text]) => text).join(',') || '<none>'
}

/** At most three items, then how many more there are. */
export function firstThree(items: string[], empty: string): string {
  if (items.length === 0) return empty
  if (items.length <= 3) return items.join(',')
  return `${items.slice(0, 3).join(',')} + ${items.length - 3} more...`
}

/** Names and images of a template's containers, as two cells. */
export function containerCells(containers: { name: string; image?: string }[] | undefined): [string, string] {
  const list = containers ?? []
  return [list.map((c) => c.name).join(','), list.map((c) => c.image ?? '').join(',')]
}

export function orNone(text: string | undefined): string {
  return text ? text : '<none>'
}
