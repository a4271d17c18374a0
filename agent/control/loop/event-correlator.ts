import type { Event } from '../../../api/schema/generated/types/core-v1.ts'
import { nameOf, namespaceOf, uidOf } from '../object/meta.ts'
import { timestamp } from '../object/time.ts'
import type { Happening } from './event-sink.ts'

/** Source of all figures: k8s.io/client-go/tools/record/events_cache.go. */
const maxKept = 4096
const burst = 25
/** One event a source and object each 5 minutes, after the burst. */
const refillMs = 300_000
/** More similar events than this within the interval become one. */
const maxSimilar = 10
const similarIntervalMs = 600_000
const combined = '(combined from similar events): '

export type EventWrite = { kind: 'create'; event: Event } | { kind: 'update'; event: Event }

interface Bucket {
  tokens: number
  sinceMs: number
}

interface Similar {
  messages: Set<string>
  sinceMs: number
}

/**
 * Makes one Event with a count of the same thing said again, one of many similar ones, and nothing at all of a source
 * that cannot stop. Pure: time and names come in.
 */
export class EventCorrelator {
  #events = new Map<string, Event>()
  #buckets = new Map<string, Bucket>()
  #similar = new Map<string, Similar>()

  /** What to write, or undefined when the source said too much. */
  correlate(happening: Happening, nowMs: number, suffix: string): EventWrite | undefined {
    const { object, component, type, reason } = happening
    const source = `${component}/${object.kind}/${namespaceOf(object)}/${nameOf(object)}/${uidOf(object)}`
    const similarKey = `${source}/${type}/${reason}`
    const isCombined = this.#isCombined(similarKey, happening.message, nowMs)
    const message = isCombined ? combined + happening.message : happening.message
    if (!this.#takeToken(source, nowMs)) return undefined
    const key = isCombined ? similarKey : `${similarKey}/${message}`
    const known = this.#events.get(key)
    const event = known
      ? { ...known, message, count: (known.count ?? 1) + 1, lastTimestamp: timestamp(nowMs) }
      : newEvent(happening, message, nowMs, suffix)
    keep(this.#events, key, event)
    return { kind: known ? 'update' : 'create', event }
  }

  /** The server no longer has the event: the next of its kind is a new one. */
  forget(event: Event): void {
    for (const [key, known] of this.#events) if (known.metadata.name === event.metadata.name) this.#events.delete(key)
  }

  #isCombined(key: string, message: string, nowMs: number): boolean {
    let similar = this.#similar.get(key)
    if (!similar || nowMs - similar.sinceMs > similarIntervalMs) similar = { messages: new Set(), sinceMs: nowMs }
    similar.sinceMs = nowMs
    if (similar.messages.size < maxSimilar || similar.messages.has(message)) similar.messages.add(message)
    keep(this.#similar, key, similar)
    return similar.messages.size >= maxSimilar
  }

  #takeToken(source: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(source) ?? { tokens: burst, sinceMs: nowMs }
    const tokens = Math.min(burst, bucket.tokens + Math.max(0, nowMs - bucket.sinceMs) / refillMs)
    const isAllowed = tokens >= 1
    keep(this.#buckets, source, { tokens: isAllowed ? tokens - 1 : tokens, sinceMs: nowMs })
    return isAllowed
  }
}

/** Sets and makes newest; the oldest goes when there are too many. */
function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > maxKept) map.delete(map.keys().next().value!)
}

function newEvent(
  { object, type, reason, component }: Happening,
  message: string,
  nowMs: number,
  suffix: string,
): Event {
  const namespace = namespaceOf(object) || 'default'
  const now = timestamp(nowMs)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${nameOf(object)}.${suffix}`, namespace },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      namespace: namespaceOf(object) || undefined,
      name: nameOf(object),
      uid: uidOf(object),
      resourceVersion: object.metadata?.resourceVersion,
    },
    type,
    reason,
    message: message.length > 1024 ? `${message.slice(0, 1021)}...` : message,
    source: { component },
    reportingComponent: component,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  }
}
