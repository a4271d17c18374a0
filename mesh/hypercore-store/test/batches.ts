import type { Operation } from '../backend.ts'
import { Random } from './random.ts'

/** Batch `number` of a row that is the same every time. It puts its number under 'number'. */
export function batchOf(number: number): Operation[] {
  const random = new Random(number)
  const key = (): string => `key ${String(random.below(300)).padStart(3, '0')}`
  const operations: Operation[] = [{ kind: 'put', key: 'number', value: Buffer.from(String(number)) }]
  for (let count = 1 + random.below(8); count > 0; count--) {
    const dice = random.below(10)
    if (dice < 7) {
      const size = random.oneIn(10) ? 4096 : random.below(600)
      operations.push({ kind: 'put', key: key(), value: Buffer.alloc(size, number) })
    } else if (dice < 9) operations.push({ kind: 'delete', key: key() })
    else {
      const [start, end] = [key(), key()].sort()
      operations.push({ kind: 'deleteRange', start: start!, end: end! })
    }
  }
  return operations
}

/** What the batches from 1 to `number` make. */
export function contentAfter(number: number): Map<string, string> {
  const content = new Map<string, string>()
  for (let batch = 1; batch <= number; batch++) {
    for (const operation of batchOf(batch)) {
      if (operation.kind === 'put') content.set(operation.key, Buffer.from(operation.value).toString('latin1'))
      else if (operation.kind === 'delete') content.delete(operation.key)
      else {
        const { start, end } = operation
        for (const key of content.keys()) if (key >= start && key < end) content.delete(key)
      }
    }
  }
  return content
}
