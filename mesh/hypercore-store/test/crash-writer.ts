// crash-writer.ts DIRECTORY SEED: appends, truncates and clears one core until it is killed. Prints what it is about to do
// (`truncate LENGTH`) and what is acknowledged (`is LENGTH FORK`), a line each.
import { writeSync } from 'node:fs'
import CoreStorage from 'hypercore-storage'
import { openCore } from './crash.ts'
import { smallSizes } from './fuzz.ts'
import { Random } from './random.ts'

const [directory = '', seed = '1'] = process.argv.slice(2)
const random = new Random(Number(seed))
const core = await openCore(new CoreStorage(directory, { sizes: smallSizes }))
const say = (line: string): number => writeSync(1, `${line}\n`)
say(`is ${core.length} ${core.fork}`)
for (;;) {
  if (core.length > 20 && random.oneIn(15)) {
    const length = core.length - 1 - random.below(10)
    say(`truncate ${length}`)
    await core.truncate(length)
  } else if (core.length > 40 && random.oneIn(40)) {
    // From 0: clear of hypercore 11.37.1 from elsewhere may drop the tree node of the block before, which an audit finds.
    await core.clear(0, core.length - 20 - random.below(20))
  } else {
    const blocks = Array.from({ length: random.oneIn(4) ? 1 + random.below(30) : 1 }, (_, offset) =>
      Buffer.from(`block ${core.length + offset} of fork ${core.fork} ${'.'.repeat(random.below(700))}`),
    )
    await core.append(blocks)
  }
  say(`is ${core.length} ${core.fork}`)
}
