import { maxTransactionBytes, maxValueBytes, StoreError, type Transaction } from './store.ts'

/**
 * Throws Invalid for what no node could decide on, TooLarge with which key and how large. Before a transaction is proposed: what
 * is in the log is applied by every node alike, whatever it is.
 */
export function assertValid(transaction: Transaction): void {
  const fault = malformed(transaction)
  if (fault !== undefined) throw new StoreError('Invalid', `${fault}; nothing was changed`)
  let sizeBytes = 0
  for (const { key, value } of transaction.changes) {
    sizeBytes += key.length + (value?.byteLength ?? 0)
    if (value !== null && value.byteLength > maxValueBytes) {
      throw new StoreError('TooLarge', `${key}: ${value.byteLength} bytes, at most ${maxValueBytes} are possible`)
    }
  }
  if (sizeBytes > maxTransactionBytes) {
    throw new StoreError('TooLarge', `a transaction of ${sizeBytes} bytes, at most ${maxTransactionBytes} are possible`)
  }
}

function malformed({ id, class: kind, term, preconditions, changes }: Transaction): string | undefined {
  if (typeof id?.origin !== 'string' || !isCount(id.counter)) return 'a transaction without an id of origin and counter'
  if (kind !== 'durable' && kind !== 'transient') return `a transaction of class ${shown(kind)}`
  if (term !== undefined && !isCount(term)) return `a transaction of term ${shown(term)}`
  for (const precondition of preconditions) {
    const { key, revision, ...unknown } = Object(precondition) as typeof precondition
    if (typeof key !== 'string') return `a precondition on ${shown(key)}, which is no key`
    if (!isCount(revision)) return `the precondition on ${key} has revision ${shown(revision)}, which is none`
    const [name] = Object.keys(unknown)
    if (name !== undefined) return `the precondition on ${key} asks for ${shown(name)}, which is not known here`
  }
  for (const { key, value, ttlMs } of changes) {
    if (typeof key !== 'string') return `a change of ${shown(key)}, which is no key`
    if (value !== null && !(value instanceof Uint8Array)) return `the value of ${key} is not bytes`
    if (ttlMs !== undefined && !Number.isFinite(ttlMs)) {
      return `the time to live of ${key} is ${shown(ttlMs)}`
    }
  }
  return undefined
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function shown(value: unknown): string {
  return String(value).slice(0, 40)
}
