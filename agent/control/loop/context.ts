import type { Client } from '../../../api/client/client.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { EventSink } from './event-sink.ts'
import type { Informers } from './informers.ts'

/** What every loop is given. */
export interface ControlContext {
  /** Its writes carry the leader's term. */
  client: Client
  informers: Informers
  events: EventSink
  clock: Clock
  log: Logger
  /** [0, 1). */
  random: () => number
  /** When each node was last heard of over the mesh, by its name (`clock.monotonicMs()`), as far as this leader has heard. */
  heard: () => ReadonlyMap<string, number>
}

/** Something the leader runs. */
export interface Loop {
  readonly name: string
  /** Resolves once its informers have their first list and it works. */
  start(): Promise<void>
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>
}
