import type { Client } from '../../api/client/client.ts'
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
  const { clock, clusterCaPem, random = Math.random } = options
  const log = options.log.child('control')
  const client = options.client.fenced(options.term)
  const informers = new Informers(client.as('system:kube-controller-manager'), log, random)
  const events = new EventRecorder(client.as('system:kube-controller-manager'), clock, log)
  const context: ControlContext = { client, informers, events, clock, log, random }
  const controllers = controllerDefinitions(context, { clusterCaPem }).map((d) => new Controller(context, d))
  const loops: Loop[] = [new Scheduler(context), new GarbageCollector(context), ...controllers]
  let isStopped = false
  const started = Promise.all(
    loops.map(async (loop) => {
      try {
        await loop.start()
      } catch (error) {
        if (!isStopped) log.error('a loop did not start', { loop: loop.name, error: String(error) })
        throw error
      }
    }),
  )
  started.catch(() => {})
  return {
    ready: async () => {
      await started
    },
    stop: async () => {
      isStopped = true
      informers.stop()
      await Promise.all([...loops.map((loop) => loop.stop()), events.stop()])
    },
  }
}
