import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { keyOf, uidOf } from '../object/meta.ts'
import { Heap } from './heap.ts'

/** What happened in the cluster that could make room for a pod. */
export type ClusterEvent =
  | 'node added'
  | 'node updated'
  | 'pod added'
  | 'pod updated'
  | 'pod deleted'
  | 'namespace updated'
  | 'storage changed'

const nodeEvents: ClusterEvent[] = ['node added', 'node updated']
const podEvents: ClusterEvent[] = ['pod added', 'pod updated', 'pod deleted']

/** Which events can change the mind of a filter. Source: the plugins' EventsToRegister. */
const eventsOfPlugin: Record<string, ReadonlySet<ClusterEvent>> = {
  NodeUnschedulable: new Set(nodeEvents),
  NodeName: new Set(nodeEvents),
  TaintToleration: new Set(nodeEvents),
  NodeAffinity: new Set(nodeEvents),
  NodePorts: new Set([...nodeEvents, 'pod deleted']),
  NodeResourcesFit: new Set([...nodeEvents, 'pod updated', 'pod deleted']),
  PodTopologySpread: new Set([...nodeEvents, ...podEvents]),
  InterPodAffinity: new Set([...nodeEvents, ...podEvents, 'namespace updated']),
  VolumeRestrictions: new Set([...nodeEvents, 'pod deleted', 'storage changed']),
  NodeVolumeLimits: new Set([...nodeEvents, 'pod deleted', 'storage changed']),
  VolumeBinding: new Set([...nodeEvents, 'storage changed']),
  VolumeZone: new Set([...nodeEvents, 'storage changed']),
}

/** Source of the figures: pkg/scheduler/backend/queue/scheduling_queue.go. */
const firstBackoffMs = 1000
const maxBackoffMs = 10_000
const maxUnschedulableMs = 5 * 60_000

type Place = 'active' | 'backoff' | 'unschedulable' | 'gated' | 'taken'

interface Entry {
  pod: Pod
  key: string
  place: Place
  /** Counts moves between heaps: an older handle in a heap no longer counts. */
  turn: number
  attempts: number
  /** When it came into the active queue, for order among equals. */
  queuedMs: number
  /** End of the back-off, or start of being unschedulable. */
  untilMs: number
  plugins: ReadonlySet<string>
}

interface Handle {
  entry: Entry
  turn: number
}

/**
 * Pods that wait for a node: active (by priority, then in order), in back-off after a failure, unschedulable until
 * something changes, gated until their gates are gone. Pure: time comes in. Bounded by the number of pods.
 */
export class SchedulingQueue {
  #entries = new Map<string, Entry>()
  #active = new Heap<Handle>((a, b) => isBefore(a.entry, b.entry))
  #backoff = new Heap<Handle>((a, b) => a.entry.untilMs < b.entry.untilMs)

  get size(): number {
    return this.#entries.size
  }

  /** The pod is new or changed and has no node yet. */
  set(pod: Pod, nowMs: number): void {
    const uid = uidOf(pod)
    const isGated = (pod.spec?.schedulingGates?.length ?? 0) > 0
    const known = this.#entries.get(uid)
    if (!known) {
      const plugins = new Set<string>()
      const fresh: Entry = {
        pod,
        key: keyOf(pod),
        place: 'taken',
        turn: 0,
        attempts: 0,
        queuedMs: nowMs,
        untilMs: 0,
        plugins,
      }
      this.#entries.set(uid, fresh)
      if (isGated) fresh.place = 'gated'
      else this.#activate(fresh, nowMs)
      return
    }
    const isRelevant = known.pod.metadata?.generation !== pod.metadata?.generation || hasOtherLabels(known.pod, pod)
    known.pod = pod
    if (known.place === 'gated') {
      if (!isGated) this.#activate(known, nowMs)
    } else if (known.place === 'unschedulable' && isRelevant) this.#wake(known, nowMs)
  }

  /** The pod has a node, ended, or is gone. */
  delete(uid: string): void {
    const entry = this.#entries.get(uid)
    if (entry) entry.turn++
    this.#entries.delete(uid)
  }

  has(uid: string): boolean {
    return this.#entries.has(uid)
  }

  /** The next pod to schedule. It stays known, as taken, until `delete`, `fail` or `retry`. */
  take(nowMs: number): Pod | undefined {
    this.#flush(nowMs)
    for (;;) {
      const handle = this.#active.pop()
      if (!handle) return undefined
      const { entry, turn } = handle
      if (entry.turn !== turn || entry.place !== 'active') continue
      entry.place = 'taken'
      entry.attempts++
      return entry.pod
    }
  }

  /** No node will do, as these plugins say: waits for an event that could change their mind. */
  fail(uid: string, plugins: ReadonlySet<string>, nowMs: number): void {
    const entry = this.#entries.get(uid)
    if (entry?.place !== 'taken') return
    entry.place = 'unschedulable'
    entry.turn++
    entry.plugins = plugins
    entry.untilMs = nowMs
  }

  /** Something else went wrong: again after the back-off. */
  retry(uid: string, nowMs: number): void {
    const entry = this.#entries.get(uid)
    if (entry?.place === 'taken') this.#postpone(entry, nowMs)
  }

  /** Wakes the pods that could profit. */
  happened(event: ClusterEvent, nowMs: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.place !== 'unschedulable') continue
      const isHelped = entry.plugins.size === 0 || [...entry.plugins].some((name) => eventsOfPlugin[name]?.has(event))
      if (isHelped) this.#wake(entry, nowMs)
    }
  }

  /** Milliseconds until `take` could have something that it has not now; 0 when it has. */
  nextMs(nowMs: number): number | undefined {
    this.#flush(nowMs)
    while (this.#active.size > 0) {
      const { entry, turn } = this.#active.peek()!
      if (entry.turn === turn) return 0
      this.#active.pop()
    }
    const next = this.#backoff.peek()
    if (next) return Math.max(1, next.entry.untilMs - nowMs)
    return undefined
  }

  /** Those that nothing woke for a long time are tried again all the same. */
  wakeForgotten(nowMs: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.place === 'unschedulable' && nowMs - entry.untilMs > maxUnschedulableMs) this.#wake(entry, nowMs)
    }
  }

  #wake(entry: Entry, nowMs: number): void {
    const readyMs = entry.untilMs + backoffMs(entry.attempts)
    if (readyMs <= nowMs) this.#activate(entry, nowMs)
    else this.#postpone(entry, entry.untilMs)
  }

  #postpone(entry: Entry, fromMs: number): void {
    entry.place = 'backoff'
    entry.turn++
    entry.untilMs = fromMs + backoffMs(entry.attempts)
    this.#backoff.push({ entry, turn: entry.turn })
  }

  #activate(entry: Entry, nowMs: number): void {
    entry.place = 'active'
    entry.turn++
    entry.queuedMs = nowMs
    this.#active.push({ entry, turn: entry.turn })
  }

  #flush(nowMs: number): void {
    for (;;) {
      const next = this.#backoff.peek()
      if (!next) return
      const isStale = next.entry.turn !== next.turn
      if (!isStale && next.entry.untilMs > nowMs) return
      this.#backoff.pop()
      if (!isStale) this.#activate(next.entry, nowMs)
    }
  }
}

function backoffMs(attempts: number): number {
  return Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.max(0, attempts - 1))
}

function isBefore(a: Entry, b: Entry): boolean {
  const difference = (b.pod.spec?.priority ?? 0) - (a.pod.spec?.priority ?? 0)
  return difference < 0 || (difference === 0 && a.queuedMs < b.queuedMs)
}

function hasOtherLabels(a: Pod, b: Pod): boolean {
  return JSON.stringify(a.metadata?.labels) !== JSON.stringify(b.metadata?.labels)
}
