// spoiled-writer.ts DIRECTORY COUNT: writes the batches from 1 to COUNT of batches.ts until one fails (test/shim.c sees to
// that), tries once more, reads everything, and prints what it met, as JSON.
import { LogStore } from '../log-store.ts'
import { batchOf } from './batches.ts'
import { contentOf } from './content.ts'
import { smallSizes } from './fuzz.ts'

export interface SpoiledReport {
  acknowledged: number
  failures: { code: string; message: string }[]
  /** The number of the last batch that is seen by readers after the failure. */
  readable: number
}

const [directory = '', count = '0'] = process.argv.slice(2)
const store = new LogStore(directory, { sizes: smallSizes })
await store.open()
const report: SpoiledReport = { acknowledged: 0, failures: [], readable: 0 }
for (let number = 1; number <= Number(count) && report.failures.length < 2; number++) {
  try {
    await store.write(batchOf(number), false)
    report.acknowledged = number
  } catch (error) {
    const { code, message } = error as Error & { code: string }
    report.failures.push({ code, message })
  }
}
report.readable = Number((await contentOf(store)).get('number') ?? 0)
await store.close()
console.log(JSON.stringify(report))
process.exit()
