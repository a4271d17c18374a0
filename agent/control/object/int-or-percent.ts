/**
 * A number, or a percentage of `total`, rounded as asked. Text that is neither counts as 0.
 * Source: k8s.io/apimachinery/pkg/util/intstr, GetScaledValueFromIntOrPercent.
 */
export function scaledValue(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(value ?? '')?.[1]
  if (percent === undefined) return 0
  const exact = Number(percent) * total
  return round === 'up' ? Math.ceil(exact / 100) : Math.floor(exact / 100)
}
