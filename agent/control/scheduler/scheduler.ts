import { isReason } from '../../../api/client/client.ts'
import type { Informer } from '../../../api/client/informer.ts'
import {
  csinodes,
  namespaces,
  nodes as nodesRef,
  persistentvolumeclaims,
  persistentvolumes,
  poddisruptionbudgets,
  pods as podsRef,
  storageclasses,
} from '../../../api/schema/generated/resources.ts'
import type { Node, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext, Loop } from '../loop/context.ts'
import { isEqual } from '../object/equal.ts'
import { isDeleting, keyFor, keyOf, nameOf, namespaceOf, uidOf } from '../object/meta.ts'
import { isFinished, podCondition, withPodCondition } from '../object/pod.ts'
import { timestamp } from '../object/time.ts'
import { Cluster } from './cluster.ts'
import { type Decision, decide } from './decision.ts'
import { explainNoFit } from './explanation.ts'
import { chooseVolumes, type VolumeChoice, waitingClaims } from './filter/volume.ts'
import { type PodInfo, podInfo } from './node-info.ts'
import { preempt } from './preemption.ts'
import { type ClusterEvent, SchedulingQueue } from './queue.ts'
import { bindVolumes } from './volume-binder.ts'

const component = 'default-scheduler'
const schedulerName = 'default-scheduler'
/** Bindings under way at once; decisions wait while there are that many. */
const maxBindings = 64
/** After so long the loop lets others have the thread. */
const sliceMs = 5
const forgottenCheckMs = 30_000

/** The loop around the scheduler's core: events in, decisions out, one binding each. */
export class Scheduler implements Loop {
  readonly name = component
  readonly #context: ControlContext
  readonly #pods: Informer<Pod>
  readonly #cluster: Cluster
  readonly #queue = new SchedulingQueue()
  #bindings = new Set<Promise<void>>()
  /** Bindings that wait for volumes first. */
  #waiting = new Set<Promise<void>>()
  #start = 0
  #stop = new AbortController()
  #isStopped = true
  #isScheduled = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #forgottenTimer: ReturnType<typeof setInterval> | undefined

  constructor(context: ControlContext) {
    const client = context.client.as('system:kube-scheduler')
    this.#context = { ...context, client, log: context.log.child('scheduler') }
    const { informers } = context
    this.#pods = informers.of(podsRef)
    const namespaceInformer = informers.of(namespaces)
    const claims = informers.of(persistentvolumeclaims)
    const volumes = informers.of(persistentvolumes)
    const classes = informers.of(storageclasses)
    const csi = informers.of(csinodes)
    const budgets = informers.of(poddisruptionbudgets)
    this.#cluster = new Cluster({
      labelsOfNamespace: (name) => namespaceInformer.get(name)?.metadata?.labels ?? {},
      budgets: (namespace) => budgets.list(namespace),
      storage: {
        claim: (namespace, name) => claims.get(keyFor(namespace, name)),
        volume: (name) => volumes.get(name),
        volumes: () => volumes.list(),
        storageClass: (name) => classes.get(name),
        csiNode: (name) => csi.get(name),
      },
    })
  }

  async start(): Promise<void> {
    const { informers } = this.#context
    const storage = [persistentvolumeclaims, persistentvolumes, storageclasses, csinodes]
    const others = [namespaces, ...storage, poddisruptionbudgets]
    const all = [podsRef, nodesRef, ...others].map((ref) => informers.of(ref as typeof podsRef))
    await Promise.all(all.map((informer) => informer.synced()))
    this.#isStopped = false
    informers.of(nodesRef).addHandler({
      added: (node) => {
        this.#cluster.setNode(node)
        this.#happened('node added')
      },
      updated: (previous, node) => {
        this.#cluster.setNode(node)
        if (isOtherPlace(previous, node)) this.#happened('node updated')
      },
      deleted: (node) => this.#cluster.deleteNode(nameOf(node)),
    })
    this.#pods.addHandler({
      added: (pod) => this.#podChanged(undefined, pod),
      updated: (previous, pod) => this.#podChanged(previous, pod),
      deleted: (pod) => this.#podGone(pod),
    })
    informers.of(namespaces).addHandler({ updated: () => this.#happened('namespace updated') })
    for (const ref of storage) {
      const changed = () => this.#happened('storage changed')
      informers.of(ref as typeof podsRef).addHandler({ added: changed, updated: changed, deleted: changed })
    }
    this.#forgottenTimer = setInterval(() => {
      this.#queue.wakeForgotten(this.#nowMs())
      this.#wake()
    }, forgottenCheckMs)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stop.abort()
    clearTimeout(this.#timer)
    clearInterval(this.#forgottenTimer)
    await Promise.allSettled([...this.#bindings, ...this.#waiting])
  }

  #nowMs(): number {
    return this.#context.clock.monotonicMs()
  }

  #happened(event: ClusterEvent): void {
    this.#queue.happened(event, this.#nowMs())
    this.#wake()
  }

  #podChanged(previous: Pod | undefined, pod: Pod): void {
    const uid = uidOf(pod)
    if (isFinished(pod)) {
      this.#podGone(pod)
      return
    }
    if (pod.spec?.nodeName) {
      this.#queue.delete(uid)
      const wasThere = previous?.spec?.nodeName !== undefined
      this.#cluster.setPod(pod)
      if (!wasThere) this.#happened('pod added')
      else if (!isEqual(previous.metadata?.labels, pod.metadata?.labels) || isDeleting(pod) !== isDeleting(previous)) {
        this.#happened('pod updated')
      }
      return
    }
    if ((pod.spec?.schedulerName ?? schedulerName) !== schedulerName) return
    if (isDeleting(pod)) {
      this.#queue.delete(uid)
      this.#cluster.denominate(uid)
      return
    }
    if (this.#cluster.isAssumed(uid)) return
    this.#queue.set(pod, this.#nowMs())
    if (pod.status?.nominatedNodeName) this.#cluster.nominate(pod, pod.status.nominatedNodeName)
    const isGated = (pod.spec?.schedulingGates?.length ?? 0) > 0
    if (isGated && podCondition(pod, 'PodScheduled')?.reason !== 'SchedulingGated') this.#sayGated(pod)
    this.#wake()
  }

  #podGone(pod: Pod): void {
    this.#queue.delete(uidOf(pod))
    this.#cluster.deletePod(uidOf(pod))
    if (pod.spec?.nodeName) this.#happened('pod deleted')
  }

  /** Runs the loop after the present turn, so that events of one batch are seen together. */
  #wake(): void {
    if (this.#isScheduled || this.#isStopped) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#run()
    })
  }

  #run(): void {
    const beganMs = this.#nowMs()
    clearTimeout(this.#timer)
    while (!this.#isStopped && this.#bindings.size < maxBindings) {
      const nowMs = this.#nowMs()
      if (nowMs - beganMs > sliceMs) {
        this.#wake()
        return
      }
      const pod = this.#queue.take(nowMs)
      if (!pod) break
      this.#schedule(pod)
    }
    const nextMs = this.#queue.nextMs(this.#nowMs())
    // With all bindings taken the next one that ends goes on.
    if (nextMs !== undefined && nextMs > 0) this.#timer = setTimeout(() => this.#wake(), nextMs)
  }

  #schedule(pod: Pod): void {
    const info = podInfo(pod)
    const { random } = this.#context
    const decision = decide(info, this.#cluster, { random, start: this.#start })
    if (decision.kind === 'node') {
      this.#start = (this.#start + 1) % Math.max(1, this.#cluster.nodes.length)
      const waiting = waitingClaims(info, this.#cluster)
      const { node } = this.#cluster.node(decision.node)!
      const volumes = waiting.length > 0 ? chooseVolumes(waiting, node, this.#cluster.storage) : undefined
      this.#cluster.assume(pod, decision.node)
      // One that waits for volumes can wait for minutes: it takes nobody's place.
      this.#track(this.#bind(pod, decision.node, volumes), volumes ? this.#waiting : this.#bindings)
    } else this.#track(this.#fail(info, decision))
  }

  #track(work: Promise<void>, among = this.#bindings): void {
    const tracked = work
      .catch((error) => {
        if (!this.#isStopped) this.#context.log.warn('a pod was not scheduled', { error: String(error) })
      })
      .finally(() => {
        among.delete(tracked)
        this.#wake()
      })
    among.add(tracked)
  }

  async #bind(pod: Pod, nodeName: string, volumes: VolumeChoice | undefined): Promise<void> {
    const { client, events } = this.#context
    const [name, namespace, uid] = [nameOf(pod), namespaceOf(pod), uidOf(pod)]
    try {
      if (volumes) await bindVolumes(this.#context, volumes, nodeName, this.#stop.signal)
      const cause = pod.metadata?.resourceVersion
      const binding = { metadata: { name, namespace, uid }, target: { kind: 'Node', name: nodeName } }
      await client.resource(podsRef, namespace).createSubresource(name, 'binding', binding, { cause })
    } catch (error) {
      this.#cluster.forget(uid)
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) {
        // Gone, or bound by somebody else: the informer tells which.
        this.#queue.retry(uid, this.#nowMs())
        return
      }
      this.#queue.retry(uid, this.#nowMs())
      const message = error instanceof Error ? error.message : String(error)
      if (!this.#isStopped) {
        events.record({ object: pod, type: 'Warning', reason: 'FailedScheduling', message, component })
      }
      throw error
    }
    this.#queue.delete(uid)
    const message = `Successfully assigned ${keyOf(pod)} to ${nodeName}`
    events.record({ object: pod, type: 'Normal', reason: 'Scheduled', message, component })
  }

  /** Makes room if lower pods are in the way, and says why the pod has to wait. */
  async #fail(info: PodInfo, decision: Decision & { kind: 'none' }): Promise<void> {
    const { pod } = info
    const { events } = this.#context
    const found = preempt(info, this.#cluster, decision.rejections)
    this.#queue.fail(info.uid, decision.plugins, this.#nowMs())
    const nominated = found.kind === 'victims' ? found.node : undefined
    if (nominated !== undefined) this.#cluster.nominate(pod, nominated)
    const afterwards = found.kind === 'none' ? found.explanation : undefined
    const { rejections, refusal } = decision
    const message = explainNoFit(this.#cluster.nodes.length, rejections, refusal, afterwards)
    events.record({ object: pod, type: 'Warning', reason: 'FailedScheduling', message, component })
    if (found.kind === 'victims') await this.#evict(pod, found.node, found.victims)
    await this.#setUnscheduled(pod, 'Unschedulable', message, nominated)
  }

  async #evict(preemptor: Pod, nodeName: string, victims: PodInfo[]): Promise<void> {
    const { client, events, clock } = this.#context
    const message = `${schedulerName}: preempting to accommodate a higher priority pod`
    const cause = preemptor.metadata?.resourceVersion
    for (const { pod } of victims) {
      const target = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message }
      const marked = withPodCondition(pod, { ...target, lastTransitionTime: timestamp(clock.nowMs()) })
      await settle(client.resource(podsRef).updateStatus(marked, { cause }))
      const preconditions = { uid: uidOf(pod) }
      await settle(client.resource(podsRef, namespaceOf(pod)).delete(nameOf(pod), { cause, preconditions }))
      const text = `Preempted by pod ${uidOf(preemptor)} on node ${nodeName}`
      events.record({ object: pod, type: 'Normal', reason: 'Preempted', message: text, component })
    }
  }

  #sayGated(pod: Pod): void {
    const message = 'Scheduling is blocked due to non-empty scheduling gates'
    this.#track(this.#setUnscheduled(pod, 'SchedulingGated', message, undefined))
  }

  async #setUnscheduled(pod: Pod, reason: string, message: string, nominated: string | undefined): Promise<void> {
    const { client, clock } = this.#context
    const current = this.#pods.get(keyOf(pod)) ?? pod
    if (uidOf(current) !== uidOf(pod) || current.spec?.nodeName) return
    const before = podCondition(current, 'PodScheduled')
    const isSaid = before?.status === 'False' && before.reason === reason && before.message === message
    if (isSaid && (nominated === undefined || current.status?.nominatedNodeName === nominated)) return
    const condition = { type: 'PodScheduled', status: 'False', reason, message }
    const said = withPodCondition(current, { ...condition, lastTransitionTime: timestamp(clock.nowMs()) })
    const status = nominated === undefined ? said.status : { ...said.status, nominatedNodeName: nominated }
    const cause = current.metadata?.resourceVersion
    await settle(client.resource(podsRef).updateStatus({ ...said, status }, { cause }))
  }
}

/** Something that a filter looks at changed; a heartbeat is nothing of that sort. */
function isOtherPlace(previous: Node, node: Node): boolean {
  return !(
    isEqual(previous.status?.allocatable, node.status?.allocatable) &&
    isEqual(previous.metadata?.labels, node.metadata?.labels) &&
    isEqual(previous.spec?.taints, node.spec?.taints) &&
    (previous.spec?.unschedulable ?? false) === (node.spec?.unschedulable ?? false)
  )
}

/** Somebody else was faster, or the object is gone: the informer tells, and the next attempt goes by that. */
async function settle(write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!isReason(error, 'Conflict') && !isReason(error, 'NotFound')) throw error
  }
}
