import { type Client, isReason } from '../../../api/client/client.ts'
import type { Informer } from '../../../api/client/informer.ts'
import { createInformer } from '../../../api/client/reflector.ts'
import { nodes, pods } from '../../../api/schema/generated/resources.ts'
import type { Node, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { isDeleting, keyOf, nameOf, namespaceOf } from '../object/meta.ts'
import { isFinished, isReady } from '../object/pod.ts'
import { timestamp } from '../object/time.ts'
import type { ObjectKey } from '../object/types.ts'

export interface PretendWorkersOptions {
  client: Client
  clock: Clock
  /** What becomes of a pod that was just started. Default: it runs. */
  fateOf?: (pod: Pod) => Fate
}

/** `run`: runs and is ready; `succeed` and `fail`: its containers end at once; `pend`: never starts. */
export type Fate = 'run' | 'succeed' | 'fail' | 'pend'

/** Every living node reports as ready this often. */
const heartbeatMs = 10_000

/** For tests: what the workers of all nodes would do to pods, without containers. */
export class PretendWorkers {
  #options: PretendWorkersOptions
  #pods: Informer<Pod>
  #work = new Set<Promise<void>>()
  /** Nodes whose workers are dead: nothing happens to their pods, and nobody hears of them. */
  readonly dead = new Set<string>()
  /** One for each pod that was started while another one of its name still ran. */
  readonly doubles: string[] = []
  /** What runs, on machines whose workers are dead too. */
  #running = new Map<ObjectKey, { uid: string; nodeName: string }>()
  readonly #heartbeats: ReturnType<typeof setInterval>

  constructor(options: PretendWorkersOptions) {
    this.#options = options
    this.#pods = createInformer(options.client, pods, { log: silentLogger })
    const handle = (pod: Pod) => this.#handle(pod)
    this.#pods.addHandler({ added: handle, updated: (_, pod) => handle(pod) })
    this.#heartbeats = setInterval(() => this.#track(this.#beat()), heartbeatMs)
  }

  /** The worker of the node works again. */
  revive(nodeName: string): void {
    this.dead.delete(nodeName)
    for (const pod of this.#pods.list()) this.#handle(pod)
  }

  /** The machine is switched off: none of its pods runs any more. */
  switchOff(nodeName: string): void {
    for (const [key, pod] of this.#running) if (pod.nodeName === nodeName) this.#running.delete(key)
  }

  async #beat(): Promise<void> {
    const { client, clock } = this.#options
    const { items } = await client.resource(nodes).list({ resourceVersion: '0' })
    const now = timestamp(clock.nowMs())
    for (const node of items) {
      if (this.dead.has(nameOf(node))) continue
      const ready = { ...readyCondition('True'), lastHeartbeatTime: now, lastTransitionTime: now }
      await client.resource(nodes).updateStatus({ ...node, status: { ...node.status, conditions: [ready] } })
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#heartbeats)
    this.#pods.stop()
    await Promise.allSettled(this.#work)
  }

  /** Ends a pod as if its containers had. */
  async finish(pod: Pod, phase: 'Succeeded' | 'Failed'): Promise<void> {
    this.#end(pod)
    await this.#write(pod, endedStatus(pod, phase, this.#options.clock.nowMs()))
  }

  #handle(pod: Pod): void {
    const nodeName = pod.spec?.nodeName
    if (!nodeName || this.dead.has(nodeName)) return
    this.#track(this.#act(pod))
  }

  /** Whoever was faster is right. */
  #track(running: Promise<void>): void {
    const work = running
      .catch((error) => {
        if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
      })
      .finally(() => this.#work.delete(work))
    this.#work.add(work)
  }

  async #act(pod: Pod): Promise<void> {
    const { client, clock, fateOf = () => 'run' } = this.#options
    if (isDeleting(pod)) {
      this.#end(pod)
      const preconditions = { uid: pod.metadata?.uid }
      await client.resource(pods, namespaceOf(pod)).delete(nameOf(pod), { gracePeriodSeconds: 0, preconditions })
      return
    }
    // One that runs is ready, whatever was said of it while the node was lost.
    if (isFinished(pod) || isReady(pod)) return
    const fate = fateOf(pod)
    if (fate === 'pend') return
    if (fate === 'run') {
      this.#begin(pod)
      await this.#write(pod, runningStatus(pod, clock.nowMs()))
    } else await this.#write(pod, endedStatus(pod, fate === 'succeed' ? 'Succeeded' : 'Failed', clock.nowMs()))
  }

  #begin(pod: Pod): void {
    const { uid = '' } = pod.metadata ?? {}
    const { nodeName = '' } = pod.spec ?? {}
    const other = this.#running.get(keyOf(pod))
    if (other && other.uid !== uid) {
      this.doubles.push(`${keyOf(pod)} was started on ${nodeName} while another one ran on ${other.nodeName}`)
    }
    this.#running.set(keyOf(pod), { uid, nodeName })
  }

  #end(pod: Pod): void {
    if (this.#running.get(keyOf(pod))?.uid === pod.metadata?.uid) this.#running.delete(keyOf(pod))
  }

  async #write(pod: Pod, status: Pod['status']): Promise<void> {
    const current = this.#pods.get(keyOf(pod))
    if (current?.metadata?.uid !== pod.metadata?.uid) return
    await this.#options.client.resource(pods).updateStatus({ ...pod, status })
  }
}

let nextAddress = 1

function runningStatus(pod: Pod, nowMs: number): Pod['status'] {
  const now = timestamp(nowMs)
  const address = nextAddress++
  const podIP = `10.42.${(address >> 8) & 255}.${address & 255}`
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: now }
  const conditions = pod.status?.conditions?.filter(({ type }) => type !== 'Ready') ?? []
  return {
    ...pod.status,
    phase: 'Running',
    startTime: now,
    podIP,
    podIPs: [{ ip: podIP }],
    conditions: [...conditions, ready],
  }
}

function endedStatus(pod: Pod, phase: string, nowMs: number): Pod['status'] {
  const now = timestamp(nowMs)
  const ready = { type: 'Ready', status: 'False', lastTransitionTime: now, reason: 'PodCompleted' }
  const conditions = pod.status?.conditions?.filter(({ type }) => type !== 'Ready') ?? []
  const terminated = { exitCode: phase === 'Succeeded' ? 0 : 1, startedAt: now, finishedAt: now }
  const containerStatuses = pod.spec?.containers.map(({ name, image = '' }) => ({
    ...{ name, image, imageID: '', ready: false, restartCount: 0, state: { terminated } },
  }))
  return { ...pod.status, phase, conditions: [...conditions, ready], containerStatuses }
}

/** A node that is ready and has room. */
export function pretendNode(name: string, room: Record<string, string> = {}): Node {
  const allocatable = { cpu: '64', memory: '256Gi', pods: '500', 'ephemeral-storage': '1Ti', ...room }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    status: { capacity: allocatable, allocatable, conditions: [readyCondition('True')] },
  }
}

export function readyCondition(status: string) {
  const now = '2026-01-01T00:00:00Z'
  return { type: 'Ready', status, reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now }
}

/** Creates the nodes with their status. */
export async function addNodes(client: Client, all: Node[]): Promise<void> {
  for (const node of all) {
    await client.resource(nodes).create(node)
    // A leader at work may have tainted it already.
    await client.resource(nodes).patch(nameOf(node), { status: node.status }, { type: 'merge' }, 'status')
  }
}
