/** Test program: writes numbered keys, eight at a time, and prints each number once it is acknowledged. */
import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import { openLoneVoter, testVoter } from '../log/lone-voter.ts'
import { silentLogger } from '../logger/logger.ts'
import { ReplicatedStore } from './replicated.ts'

const directory = process.argv[2]!
const shared = { clock: systemClock, logger: silentLogger }
const log = await openLoneVoter({ directory: join(directory, 'log'), ...testVoter, ...shared })
const store = await ReplicatedStore.open({ log, viewFile: join(directory, 'view.sqlite'), ...shared })
for (let first = 1; ; first += 8) {
  const numbers = Array.from({ length: 8 }, (_, offset) => first + offset)
  await Promise.all(
    numbers.map((number) =>
      store.commit({
        id: { origin: 'crash-writer', counter: number },
        class: 'durable',
        author: { user: 'test', peer: 'test' },
        preconditions: [],
        changes: [{ key: `k/${number}`, value: Buffer.from(`${number}`) }],
      }),
    ),
  )
  process.stdout.write(`${first + 7}\n`)
}
