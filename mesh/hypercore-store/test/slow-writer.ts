// slow-writer.ts DIRECTORY COUNT: appends to a core, some at once, while it watches its own loop; prints the order in which
// the appends were acknowledged, how often the loop turned, and the longest time that it did not, as JSON.

import { LogStore } from '../log-store.ts'
import { batchOf } from './batches.ts'

const [directory = '', count = '0'] = process.argv.slice(2)
const store = new LogStore(directory)
await store.open()
// What runs for the first time is compiled on the way.
await store.write(batchOf(1), false)
let longestGapMs = 0
let turns = 0
let beforeMs = performance.now()
const watch = setInterval(() => {
  turns++
  longestGapMs = Math.max(longestGapMs, performance.now() - beforeMs)
  beforeMs = performance.now()
}, 1)
const order: number[] = []
beforeMs = performance.now()
for (let number = 2; number <= Number(count); ) {
  const writes: Promise<void>[] = []
  for (let atOnce = 4; atOnce > 0; atOnce--, number++) {
    const own = number
    writes.push(store.write(batchOf(own), false).then(() => void order.push(own)))
  }
  await Promise.all(writes)
}
clearInterval(watch)
await store.close()
console.log(JSON.stringify({ order, turns, longestGapMs }))
process.exit()
