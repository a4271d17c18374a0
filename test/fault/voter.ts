import { join } from 'node:path'
import { startControl } from '../../agent/control/control.ts'
import { LeaderLoops } from '../../agent/leader-loops.ts'
import { type LocalApi, startLocalApi } from '../../api/client/local-api.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import type { Transport } from '../../mesh/log/transport.ts'
import { VoterLog } from '../../mesh/log/voter-log.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import type { Leadership } from '../../mesh/raft/effects.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import type { Store } from '../../mesh/store/store.ts'
import type { FastTime } from './fast-time.ts'
import type { LoopsState } from './messages.ts'

export const voterIds = ['1', '2', '3'] as const

export interface VoterOptions {
  id: string
  directory: string
  transport: Transport
  tickMs: number
  /** The loops, their API and the workers live in this time; log and store do not. */
  time?: FastTime
  /** Told at each change, and again once its loops work, or none of them writes any more. */
  leadershipChanged(leadership: Leadership, loops: LoopsState): void
}

/** For tests: a node of a cluster of three voters, with all of the control plane but sockets. */
export interface Voter {
  log: VoterLog
  store: Store
  api: LocalApi
  stop(): Promise<void>
}

export async function openVoter(options: VoterOptions): Promise<Voter> {
  const { id, directory, tickMs, time, transport, leadershipChanged } = options
  const real = <T>(run: () => T): T => (time ? time.real(run) : run())
  const fast = <T>(run: () => T): T => (time ? time.fast(run) : run())
  const shared = { clock: systemClock, logger: silentLogger }
  let loops: LeaderLoops | undefined
  let latest: Leadership = { role: 'follower', term: 0, leader: null }
  const follow = async (leadership: Leadership) => {
    latest = leadership
    leadershipChanged(leadership, 'changing')
    await loops?.follow(leadership)
    if (loops && leadership === latest)
      leadershipChanged(leadership, leadership.role === 'leader' ? 'working' : 'ended')
  }
  const log = await real(() =>
    VoterLog.open({
      ...{ ...shared, id, tickMs, voters: [...voterIds], cluster: 'quorum', generation: 1, random: Math.random },
      seed: new Uint8Array(32).fill(7),
      secret: new Uint8Array(32).fill(Number(id)),
      directory: join(directory, 'log'),
      transport: { ...transport, receive: (deliver) => transport.receive((...args) => real(() => deliver(...args))) },
      openReplication: () => Promise.reject(new Error('nobody lags so far in this test')),
      leadershipChanged: (leadership) => void fast(() => follow(leadership)),
    }),
  )
  const opened = await real(() => ReplicatedStore.open({ log, viewFile: join(directory, 'view.sqlite'), ...shared }))
  const store = inContext(opened, real)
  const clock = time ?? systemClock
  const api = await startLocalApi({ store, clock, log: silentLogger, peer: id })
  const client = api.client('system:kube-controller-manager')
  loops = new LeaderLoops(
    (term) => startControl({ client, term, clock, log: silentLogger, clusterCaPem: 'PEM' }),
    silentLogger,
  )
  void follow(latest)
  return {
    ...{ log, store, api },
    async stop() {
      await loops.stop()
      await api.stop()
      await opened.close()
      await real(() => log.close())
    },
  }
}

/** The target, whose methods are called by `run`. */
function inContext<T extends object>(target: T, run: <R>(call: () => R) => R): T {
  return new Proxy(target, {
    get(_, key) {
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? (...args: unknown[]) => run(() => value.apply(target, args)) : value
    },
  })
}
