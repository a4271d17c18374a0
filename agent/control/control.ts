import type { Client } from '../../api/client/client.ts'
import { namespaces } from '../../api/schema/generated/resources.ts'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { controllerDefinitions } from './controller/controllers.ts'
import { GarbageCollector } from './controller/garbage/collector.ts'
import type { ControlContext, Loop } from './loop/context.ts'
import { Controller } from './loop/controller.ts'
import { EventRecorder } from './loop/event-recorder.ts'
import { Informers } from './loop/informers.ts'
import { Scheduler } from './scheduler/scheduler.ts'

export interface ControlOptions {
  client: Client
  /** The Raft term of this leadership: all writes carry it and are refused once it is over. */
  term: number
  clock: Clock
  log: Logger
  /** PEM of the authority that signs the API servers' certificates: published as `kube-root-ca.crt`. */
  clusterCaPem: string
  /** When each node's worker was last heard of over the mesh, by its name (`clock.monotonicMs()`). Absent: Leases tell. */
  heard?: () => ReadonlyMap<string, number>
  /** [0, 1). Default Math.random. */
  random?: () => number
}

/** All loops of a leader, from scheduler to garbage collector. */
export interface Control {
  /** Resolves when every loop has its first lists and works. Rejects only when stopped before. */
  ready(): Promise<void>
  /** Ends every loop; resolves when none of them writes any more. */
  stop(): Promise<void>
}

/**
 * Starts the loops that only the leader runs. Returns at once. A loop whose writes are refused because the term is
 * over backs off; whoever started the control stops it.
 */
export function startControl(options: ControlOptions): Control {
  const log = options.log.child('control')
  const stopping = new AbortController()
  const starting = startLoops(options, log, stopping.signal)
  const ready = starting.then(({ started }) => started)
  ready.catch(() => {})
  return {
    ready: () => ready,
    stop: async () => {
      stopping.abort()
      const running = await starting.catch(() => undefined)
      await running?.stop()
    },
  }
}

interface RunningLoops {
  started: Promise<void>
  stop(): Promise<void>
}

async function startLoops(options: ControlOptions, log: Logger, signal: AbortSignal): Promise<RunningLoops> {
  const { clock, clusterCaPem, random = Math.random, heard = () => new Map() } = options
  const client = options.client.fenced(options.term)
  await catchUp(client, log, signal)
  const informers = new Informers(client.as('system:kube-controller-manager'), log, random)
  const events = new EventRecorder(client.as('system:kube-controller-manager'), clock, log)
  const context: ControlContext = { client, informers, events, clock, log, random, heard }
  const controllers = controllerDefinitions(context, { clusterCaPem }).map((d) => new Controller(context, d))
  const loops: Loop[] = [new Scheduler(context), new GarbageCollector(context), ...controllers]
  const start = async (loop: Loop) => {
    try {
      await loop.start()
    } catch (error) {
      if (!signal.aborted) log.error('a loop did not start', { loop: loop.name, error: String(error) })
      throw error
    }
  }
  const started = Promise.all(loops.map(start)).then(() => {})
  started.catch(() => {})
  return {
    started,
    stop: async () => {
      informers.stop()
      await Promise.all([...loops.map((loop) => loop.stop()), events.stop()])
    },
  }
}

const catchUpPauseMs = 100

/**
 * Resolves when this node has all that earlier leaders wrote. Informers begin with what the node has; without this a
 * new leader would make again what the one before it made last. From here on writes of earlier terms are refused.
 */
async function catchUp(client: Client, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await client.resource(namespaces).list({ limit: 1 })
      return
    } catch (error) {
      log.warn('the loops wait for the newest state', { error: String(error) })
      await new Promise((resolve) => setTimeout(resolve, catchUpPauseMs))
    }
  }
  throw new Error('the loops were stopped before they began')
}
