/** A voter, or the learner that is read from, in a process of its own, over links; told what to do on standard input. */
import { join } from 'node:path'
import { systemClock } from '../../mesh/clock/clock.ts'
import { Consensus } from '../../mesh/consensus/consensus.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { LocalState } from '../../mesh/store/local-state.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import { openTunnels } from '../../mesh/tunnel/open-tunnels.ts'
import { say, serveLines } from './lines.ts'
import { load, measured } from './load.ts'
import { identities, openBenchLinks, readerNumber, seed, voterCount } from './skein-links.ts'

// Without the one that started it there is nothing to do, wherever this is.
process.stdin.on('end', () => process.exit(0))
const [number, directory] = [Number(process.argv[2]), process.argv[3]!]
const links = await openBenchLinks(number)
const viewFile = join(directory, 'view.sqlite')
const state = new LocalState(viewFile, silentLogger)
const consensus = new Consensus({
  directory: join(directory, 'log'),
  ...{ seed, generation: 1, secret: new Uint8Array(32).fill(number), cluster: 'bench', links },
  tunnels: openTunnels(links, silentLogger),
  state,
  ...{ clock: systemClock, logger: silentLogger },
  leadershipChanged: ({ leader, term }) => say({ leader, term }),
  rules: { newcomerMs: 0 },
})
links.connect()
const log = await consensus.open(number === 0)
const store = await ReplicatedStore.open({
  ...{ log, viewFile, clock: consensus.clock, logger: silentLogger },
})
state.store = store
let memberCount = number === readerNumber ? readerNumber + 1 : voterCount
const memberListeners = new Set<() => void>()
consensus.keepVoters({
  members: () => identities.slice(0, memberCount).map(({ key }) => ({ id: key, joinedMs: 0 })),
  wantedVoters: () => voterCount,
  onChange(changed) {
    memberListeners.add(changed)
    return () => memberListeners.delete(changed)
  },
})

/** Events a second that so many watches of everything are given. */
async function watchAll(watches: number, seconds: number): Promise<number> {
  let events = 0
  const begun = Array.from({ length: watches }, () => store.watch('registry/', store.revision))
  for (const watch of begun) {
    void (async () => {
      for await (const batch of watch) events += batch.events.length
    })()
  }
  await Bun.sleep(seconds * 1000)
  for (const watch of begun) watch.close()
  return events / seconds
}

serveLines(async ({ what, clients, seconds, watches, count }) => {
  const limit = { seconds: seconds as number }
  switch (what) {
    case 'status':
      return { ...consensus.status.configuration, role: consensus.status.role, revision: store.revision }
    case 'members':
      memberCount = count as number
      for (const changed of memberListeners) changed()
      return {}
    case 'linearizable':
      return load(clients as number, limit, async () => {
        await store.barrier()
        await store.get('registry/bench/1')
      })
    case 'local':
      return load(clients as number, limit, async () => void (await store.get('registry/bench/1')))
    case 'watch':
      return measured(() => watchAll(watches as number, limit.seconds))
  }
  throw new Error(`${what}: unknown`)
})
say({ opened: true })
