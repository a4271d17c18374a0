import { type Client, isReason } from '../../api/client/client.ts'
import { events } from '../../api/schema/generated/resources.ts'
import type { Event, ObjectReference } from '../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { timestamp } from './pod/container-status.ts'

interface Held {
  name: string
  namespace: string
  count: number
}

interface Budget {
  tokens: number
  filledMs: number
}

const maxHeld = 512
const maxWaiting = 256
/** Upstream's spam filter: 25 at once for one object, then one in 5 minutes. */
const burst = 25
const refillMs = 300_000

/** Writes Events; repeated ones raise a count. They may be dropped when there are too many or the API is away. */
export class EventRecorder {
  readonly #client: Client
  readonly #clock: Clock
  readonly #log: Logger
  readonly #nodeName: string
  readonly #held = new Map<string, Held>()
  readonly #budgets = new Map<string, Budget>()
  #waiting = 0
  #last: Promise<void> = Promise.resolve()

  constructor(client: Client, nodeName: string, clock: Clock, log: Logger) {
    this.#client = client
    this.#nodeName = nodeName
    this.#clock = clock
    this.#log = log
  }

  record(object: ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.#waiting >= maxWaiting || !this.#takeToken(object.uid ?? '')) return
    this.#waiting++
    this.#last = this.#last.then(async () => {
      try {
        await this.#write(object, type, reason, message.slice(0, 1024))
      } catch (error) {
        this.#log.debug('event not written', { reason, error: String(error) })
      } finally {
        this.#waiting--
      }
    })
  }

  /** Resolves when all recorded so far are written. */
  flushed(): Promise<void> {
    return this.#last
  }

  #takeToken(uid: string): boolean {
    const nowMs = this.#clock.monotonicMs()
    const budget = this.#budgets.get(uid) ?? { tokens: burst, filledMs: nowMs }
    const refilled = Math.floor((nowMs - budget.filledMs) / refillMs)
    budget.tokens = Math.min(burst, budget.tokens + refilled)
    budget.filledMs += refilled * refillMs
    bound(this.#budgets, uid, budget)
    if (budget.tokens < 1) return false
    budget.tokens--
    return true
  }

  async #write(object: ObjectReference, type: string, reason: string, message: string): Promise<void> {
    const key = JSON.stringify([object.uid, object.fieldPath, type, reason, message])
    const held = this.#held.get(key)
    const lastTimestamp = timestamp(this.#clock.nowMs())
    if (held) {
      const count = held.count + 1
      try {
        const resource = this.#client.resource(events, held.namespace)
        await resource.patch(held.name, { count, lastTimestamp }, { type: 'merge' })
        bound(this.#held, key, { ...held, count })
        return
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
    }
    const namespace = object.namespace || 'default'
    const name = `${object.name}.${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: object,
      ...{ type, reason, message, count: 1, firstTimestamp: lastTimestamp, lastTimestamp },
      source: { component: 'kubelet', host: this.#nodeName },
      reportingComponent: 'kubelet',
      reportingInstance: this.#nodeName,
    }
    await this.#client.resource(events, namespace).create(event)
    bound(this.#held, key, { name, namespace, count: 1 })
  }
}

function bound<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > maxHeld) map.delete(map.keys().next().value!)
}
