/** Test program: does the steps of a seed to a Raft log and prints the number of each once it is acknowledged. */
import CoreStorage from 'hypercore-storage'
import { Random } from '../raft/simulator/random.ts'
import { RaftLog } from './raft-log.ts'
import { baseAt, emptyModel, entriesPerCore, randomStep } from './raft-log-model.ts'

const [directory, seed] = process.argv.slice(2)
const random = new Random(Number(seed))
const storage = new CoreStorage(directory!)
const secret = new Uint8Array(32).fill(3)
const log = await RaftLog.open({ storage, secret, cluster: 'k', base: baseAt(0, 0), entriesPerCore })
let model = emptyModel
for (let step = 1; ; step++) {
  const { act, after } = randomStep(random, model)
  await act(log)
  model = after
  process.stdout.write(`${step}\n`)
}
