/** One of three voters in a process of its own, over links; told what to do on standard input. */
import { join } from 'node:path'
import { systemClock } from '../../mesh/clock/clock.ts'
import { Consensus } from '../../mesh/consensus/consensus.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import { openTunnels } from '../../mesh/tunnel/open-tunnels.ts'
import { say, serveLines } from './lines.ts'
import { load } from './load.ts'
import { identities, openBenchLinks, seed } from './skein-links.ts'

// Without the one that started it there is nothing to do, wherever this is.
process.stdin.on('end', () => process.exit(0))
const [number, directory] = [Number(process.argv[2]), process.argv[3]!]
const links = await openBenchLinks(number)
const consensus = new Consensus({
  directory: join(directory, 'log'),
  ...{ seed, generation: 1, secret: new Uint8Array(32).fill(number), cluster: 'bench', links },
  tunnels: openTunnels(links, silentLogger),
  ...{ clock: systemClock, logger: silentLogger },
  leadershipChanged: ({ leader, term }) => say({ leader, term }),
  rules: { newcomerMs: 0 },
})
links.connect()
const log = await consensus.open(number === 0)
const store = await ReplicatedStore.open({
  ...{ log, viewFile: join(directory, 'view.sqlite'), clock: consensus.clock, logger: silentLogger },
})
const members = identities.slice(0, 3).map(({ key }) => ({ id: key, joinedMs: 0 }))
consensus.keepVoters({ members: () => members, wantedVoters: () => 3, onChange: () => () => {} })

serveLines(async ({ what, clients, seconds, watches }) => {
  switch (what) {
    case 'status':
      return { ...consensus.status.configuration, role: consensus.status.role, revision: store.revision }
    case 'linearizable':
      return load(clients as number, { seconds: seconds as number }, async () => {
        await store.barrier()
        await store.get('registry/bench/1')
      })
    case 'local':
      return load(
        clients as number,
        { seconds: seconds as number },
        async () => void (await store.get('registry/bench/1')),
      )
    case 'watch': {
      let events = 0
      for (let at = 0; at < (watches as number); at++) {
        void (async () => {
          for await (const batch of store.watch('registry/', store.revision)) events += batch.events.length
        })()
      }
      await Bun.sleep((seconds as number) * 1000)
      return { perSecond: events / (seconds as number) }
    }
  }
  throw new Error(`${what}: unknown`)
})
say({ opened: true })
