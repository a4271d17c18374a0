import { type Client, isReason } from '../../../api/client/client.ts'
import { leases, nodes } from '../../../api/schema/generated/resources.ts'
import type { Lease } from '../../../api/schema/generated/types/coordination-v1.ts'
import type { ContainerImage, Node, NodeStatus } from '../../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import { msUntilMark } from '../../../mesh/clock/marks.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import {
  allocatableOf,
  capacityOf,
  clockVerdict,
  type NodeFacts,
  newNode,
  nodeConditions,
  nodeLabels,
  type Readiness,
} from './node-object.ts'

export interface RegistrationOptions {
  client: Client
  nodeName: string
  facts: NodeFacts
  podCidr: string
  kubeletPort?: number
  clock: Clock
  /** How far the machine's clock is ahead of cluster time; undefined where it is not known. */
  clockSkewMs?: () => number | undefined
  log: Logger
  /** Called every few seconds: tells the leader over the mesh that this worker lives, upon which it renews the Lease. */
  live?: () => void
  /** Asked before each status. */
  readiness(): Promise<Readiness>
  images(): Promise<ContainerImage[]>
}

const statusIntervalMs = 10_000
/** Without a change the status is written when cluster time comes to such a mark, by all nodes at once: the Lease says that the node lives. */
const reportIntervalMs = 300_000
const leaseSeconds = 40
const lifeIntervalMs = 5000
/** A Lease that nobody has renewed for so long is renewed by this node itself: no leader hears it, or an older one leads. */
const leasePatienceMs = 36_000
const leaseNamespace = 'kube-node-lease'
const maxImages = 50

/** Keeps this node's Node object and Lease. */
export class NodeRegistration {
  readonly #options: RegistrationOptions
  #stopped = false
  #lastWritten = ''
  #lastWrittenMs = Number.NEGATIVE_INFINITY
  #renewal: { time: string | undefined; seenMs: number } | undefined
  readonly #stopping = Promise.withResolvers<void>()
  #loops: Promise<void>[] = []

  constructor(options: RegistrationOptions) {
    this.#options = options
  }

  /** Resolves once the node is registered, however long the API takes. */
  async start(): Promise<void> {
    for (let delayMs = 100; !this.#stopped; delayMs = Math.min(5000, delayMs * 2)) {
      try {
        await this.#register()
        await this.#writeStatus()
        break
      } catch (error) {
        this.#options.log.warn('node not registered, trying again', { error: String(error) })
        await Bun.sleep(delayMs)
      }
    }
    this.#loops = [
      this.#repeat(statusIntervalMs, () => this.#writeStatus()),
      this.#repeat(lifeIntervalMs, () => this.#live()),
    ]
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopping.resolve()
    await Promise.all(this.#loops)
  }

  /** At the same moments on every node, so that what they write gets to the disks together. */
  async #repeat(intervalMs: number, task: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      try {
        await task()
      } catch (error) {
        this.#options.log.debug('node not updated', { error: String(error) })
      }
      let timer: ReturnType<typeof setTimeout> | undefined
      const interval = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, msUntilMark(this.#options.clock.nowMs(), intervalMs))
      })
      await Promise.race([interval, this.#stopping.promise])
      clearTimeout(timer)
    }
  }

  async #register(): Promise<void> {
    const { client, nodeName, facts, podCidr } = this.#options
    const resource = client.resource(nodes)
    try {
      const node = await resource.get(nodeName)
      const labels = nodeLabels(facts)
      const patch: Record<string, unknown> = {}
      if (Object.entries(labels).some(([key, value]) => node.metadata?.labels?.[key] !== value))
        patch.metadata = { labels }
      if (!node.spec?.podCIDR) patch.spec = { podCIDR: podCidr, podCIDRs: [podCidr] }
      if (Object.keys(patch).length > 0) await resource.patch(nodeName, patch, { type: 'merge' })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
      await resource.create(newNode(nodeName, facts, podCidr))
    }
  }

  async #writeStatus(): Promise<void> {
    const { client, nodeName, facts, clock, kubeletPort, readiness } = this.#options
    const resource = client.resource(nodes)
    let node: Node
    try {
      node = await resource.get(nodeName, { resourceVersion: '0' })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
      await this.#register()
      node = await resource.get(nodeName)
    }
    const state = await readiness()
    const images = (await this.#options.images()).slice(0, maxImages)
    const skewMs = this.#options.clockSkewMs?.()
    const essence = JSON.stringify([state, images, facts, node.metadata?.uid, clockVerdict(skewMs).isSkewed])
    const nowMs = clock.nowMs()
    const isDue = Math.floor(nowMs / reportIntervalMs) !== Math.floor(this.#lastWrittenMs / reportIntervalMs)
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
    const isTrue = ready?.status === (state.ready ? 'True' : 'False')
    if (essence === this.#lastWritten && isTrue && !isDue) return
    const status: NodeStatus = {
      capacity: capacityOf(facts),
      allocatable: allocatableOf(facts),
      conditions: nodeConditions(node.status?.conditions ?? [], state, nowMs, skewMs),
      addresses: facts.addresses,
      nodeInfo: facts.info,
      images,
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort ?? 10250 } },
    }
    // Addresses are merged by their type, so that several of one type need the whole list to be replaced.
    const addresses = [...facts.addresses, { $patch: 'replace' }]
    await resource.patch(nodeName, { status: { ...status, addresses } }, { type: 'strategic' }, 'status')
    this.#lastWritten = essence
    this.#lastWrittenMs = nowMs
  }

  /** Renewed means that it changed, by whomever: the time in it is not looked at. */
  async #live(): Promise<void> {
    const { client, nodeName, clock, live } = this.#options
    live?.()
    const resource = client.resource(leases, leaseNamespace)
    const renewTime = new Date(clock.nowMs()).toISOString().replace('Z', '000Z')
    try {
      const { spec } = await resource.get(nodeName, { resourceVersion: '0' })
      const nowMs = clock.monotonicMs()
      // The first look counts as nothing: how old it is nobody knows.
      if (this.#renewal !== undefined && this.#renewal.time !== spec?.renewTime) {
        this.#renewal = { time: spec?.renewTime, seenMs: nowMs }
      }
      if (nowMs - (this.#renewal?.seenMs ?? Number.NEGATIVE_INFINITY) < leasePatienceMs) return
      this.#renewal = { time: renewTime, seenMs: nowMs }
      await resource.patch(nodeName, { spec: { renewTime, holderIdentity: nodeName } }, { type: 'merge' })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
      const node = await client.resource(nodes).get(nodeName)
      const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.metadata!.uid! }
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: nodeName, namespace: leaseNamespace, ownerReferences: [owner] },
        spec: { holderIdentity: nodeName, leaseDurationSeconds: leaseSeconds, renewTime },
      }
      await resource.create(lease)
      this.#renewal = { time: renewTime, seenMs: clock.monotonicMs() }
    }
  }
}
