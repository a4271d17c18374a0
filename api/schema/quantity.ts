/**
 * Resource quantities such as `500m`, `1.5Gi`, `1e3`: exact values, and the canonical text that upstream's API server
 * writes (k8s.io/apimachinery/pkg/api/resource).
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface Quantity {
  /** Value times 10^9; finer parts were rounded away from zero. */
  readonly nanos: bigint
  readonly format: QuantityFormat
}

const decimalExponents: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const decimalSuffixes = new Map(Object.entries(decimalExponents).map(([suffix, exponent]) => [exponent, suffix]))
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

const nano = 1_000_000_000n
/** Upstream holds values in 64 bits and caps larger ones. */
const largest = (2n ** 63n - 1n) * nano
const maxTextLength = 64

/** undefined when the text is no quantity. */
export function parseQuantity(text: string): Quantity | undefined {
  if (text.length > maxTextLength) return undefined
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d{1,3}|[numkMGTPE]|[KMGTPE]i)?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  const binary = suffix.endsWith('i')
  const isExponent = /^[eE][+-]?\d/.test(suffix)
  const exponent = isExponent ? Number(suffix.slice(1)) : binary ? 0 : decimalExponents[suffix]!
  const scaled = binary ? digits << BigInt(10 * binarySuffixes.indexOf(suffix)) : digits
  let nanos = shift(scaled, exponent - fraction.length + 9)
  if (nanos > largest) nanos = largest
  const format = binary ? 'BinarySI' : isExponent ? 'DecimalExponent' : 'DecimalSI'
  return { nanos: sign === '-' ? -nanos : nanos, format }
}

/** Multiplies by a power of ten; division rounds up. */
function shift(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent)
  const divisor = 10n ** BigInt(-exponent)
  return (value + divisor - 1n) / divisor
}

export function formatQuantity({ nanos, format }: Quantity): string {
  const size = nanos < 0n ? -nanos : nanos
  if (format === 'BinarySI' && size >= 1024n * nano && size % nano === 0n) return formatBinary(nanos / nano)
  if (nanos === 0n) return '0'
  let mantissa = nanos
  let exponent = -9
  while (mantissa % 1000n === 0n && exponent < 18) {
    mantissa /= 1000n
    exponent += 3
  }
  if (format !== 'DecimalExponent') return `${mantissa}${decimalSuffixes.get(exponent)}`
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`
}

function formatBinary(value: bigint): string {
  let mantissa = value
  let power = 0
  while (mantissa % 1024n === 0n && power < 6) {
    mantissa /= 1024n
    power++
  }
  return `${mantissa}${binarySuffixes[power]}`
}

/** Upstream's text of the same value; undefined when the text is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  if (/^[1-9]\d{0,2}(?:[mkMG]|[KMG]i)?$/.test(text)) return text
  const quantity = parseQuantity(text)
  return quantity && formatQuantity(quantity)
}

/** The value as a number; 0 when the text is no quantity. Exact up to 2^53. */
export function quantityValue(text: string): number {
  return Number(parseQuantity(text)?.nanos ?? 0n) / 1e9
}

/** Thousandths, rounded up, as CPU is counted; 0 when the text is no quantity. */
export function quantityMillis(text: string): number {
  return Math.ceil(Number(parseQuantity(text)?.nanos ?? 0n) / 1e6)
}

/** Negative, zero or positive as `a` is smaller than, equal to or larger than `b`. Invalid text counts as zero. */
export function compareQuantities(a: string, b: string): number {
  const difference = (parseQuantity(a)?.nanos ?? 0n) - (parseQuantity(b)?.nanos ?? 0n)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
