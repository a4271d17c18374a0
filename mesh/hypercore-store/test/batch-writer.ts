// batch-writer.ts DIRECTORY COUNT: writes the batches from 1 to COUNT of batches.ts, some at once, and after each one that
// is acknowledged makes DIRECTORY/ACKNOWLEDGED as long as its number, which test/shim.c records.
import { ftruncateSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { LogStore } from '../log-store.ts'
import { batchOf } from './batches.ts'
import { smallSizes } from './fuzz.ts'
import { Random } from './random.ts'

const [directory = '', count = '0'] = process.argv.slice(2)
const store = new LogStore(directory, { sizes: smallSizes })
await store.open()
const acknowledged = openSync(join(directory, 'ACKNOWLEDGED'), 'w')
const random = new Random(1)
for (let number = 1; number <= Number(count); ) {
  const writes: Promise<void>[] = []
  for (let atOnce = random.oneIn(3) ? 5 : 1; atOnce > 0 && number <= Number(count); atOnce--, number++) {
    const own = number
    writes.push(store.write(batchOf(own), false).then(() => ftruncateSync(acknowledged, own)))
  }
  await Promise.all(writes)
}
await store.close()
process.exit()
