import { maxTransactionBytes, maxValueBytes, StoreError, type Transaction } from './store.ts'

/** Throws TooLarge, with which key and how large. */
export function assertSize(transaction: Transaction): void {
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
