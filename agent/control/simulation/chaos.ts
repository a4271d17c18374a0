import { type Client, isReason } from '../../../api/client/client.ts'
import {
  daemonsets,
  deployments,
  endpointslices,
  jobs,
  nodes,
  pods,
  replicasets,
  services,
  statefulsets,
} from '../../../api/schema/generated/resources.ts'
import type { Pod, PodTemplateSpec } from '../../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import { controllerOf, nameOf, namespaceOf } from '../object/meta.ts'
import { isFinished, isReady } from '../object/pod.ts'
import type { ResourceRef } from '../object/types.ts'
import { SimulatedCluster } from './cluster.ts'
import { addNodes, type Fate, type PretendWorkers, pretendNode } from './pretend-worker.ts'
import { seededRandom } from './seeded-random.ts'
import { VirtualTime } from './virtual-time.ts'

/** The longest back-off, a quarter of an hour, has to fit in, and what slow machines need. */
const quietMs = 2 * 3_600_000
const checkMs = 1000
/** Two changes of somebody outside are at most so far apart: in time, and in steps of those who work on the last one. */
const pauseMs = 1000
const pauseSteps = 300
const nodeCount = 4
const namespace = 'default'

export interface ChaosOptions {
  nodes: number
  random: () => number
  fateOf: (pod: Pod) => Fate
}

/** What the simulation is played on. */
export interface ChaosCluster {
  readonly client: Client
  readonly workers: PretendWorkers
  /** Another leader takes over. */
  changeLeader(): Promise<void>
  /** Of the loops and workers; the process's timers follow it. */
  readonly clock: Clock
  stop(): Promise<void>
}

async function startSimulated(options: ChaosOptions): Promise<ChaosCluster> {
  const time = new VirtualTime(Math.floor(options.random() * 2 ** 32))
  const cluster = await SimulatedCluster.start({ ...options, clock: time }).catch((error) => {
    time.restore()
    throw error
  })
  return {
    client: cluster.client,
    workers: cluster.workers,
    clock: time,
    changeLeader: () => cluster.changeLeader(),
    stop: () => cluster.stop().finally(() => time.restore()),
  }
}

/** As long as everybody else takes it to be. */
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/**
 * For tests: loads of every sort, whose pods, nodes and leaders fail and whose specifications change at random, by a
 * seed. After quiet the state has to be what the specifications say; otherwise `run` throws and says what is not.
 */
export class Chaos {
  readonly #random: () => number
  readonly #cluster: ChaosCluster
  #jobs = 0

  private constructor(seed: number, cluster: ChaosCluster) {
    this.#random = seededRandom(seed ^ 0x5bd1e995)
    this.#cluster = cluster
  }

  /** Resolves with where it ended: the last revision and the time. */
  static async run(seed: number, steps: number, start = startSimulated): Promise<string> {
    const random = seededRandom(seed)
    // Most pods of jobs succeed; others run.
    const fateOf = (pod: Pod) => (controllerOf(pod)?.kind === 'Job' ? (random() < 0.8 ? 'succeed' : 'fail') : 'run')
    const cluster = await start({ nodes: nodeCount, random, fateOf })
    const chaos = new Chaos(seed, cluster)
    try {
      await chaos.#create()
      for (let step = 0; step < steps; step++) {
        await chaos.#step()
        // Once at least in every run.
        if (step === steps >> 1) await cluster.changeLeader()
      }
      chaos.#calm()
      await chaos.#check()
      const { metadata } = await cluster.client.resource(pods, namespace).list()
      return `${metadata.resourceVersion} at ${cluster.clock.nowMs()}`
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
      throw new Error(`seed ${seed}, ${steps} steps: ${why}`)
    } finally {
      await cluster.stop()
    }
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count)
  }

  #template(app: string, image: string, restartPolicy?: string): PodTemplateSpec {
    return { metadata: { labels: { app } }, spec: { restartPolicy, containers: [{ name: 'main', image }] } }
  }

  async #create(): Promise<void> {
    const { client } = this.#cluster
    const workload = (app: string) => ({ selector: { matchLabels: { app } }, template: this.#template(app, 'image-0') })
    await client.resource(services, namespace).create({
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    })
    await client.resource(deployments, namespace).create({
      metadata: { name: 'web' },
      spec: { replicas: 5, ...workload('web'), strategy: { type: this.#pick(4) === 0 ? 'Recreate' : 'RollingUpdate' } },
    })
    await client.resource(statefulsets, namespace).create({
      metadata: { name: 'db' },
      spec: { replicas: 3, ...workload('db'), podManagementPolicy: this.#pick(2) ? 'OrderedReady' : 'Parallel' },
    })
    await client.resource(daemonsets, namespace).create({ metadata: { name: 'log' }, spec: workload('log') })
  }

  async #step(): Promise<void> {
    const acts = [
      () => this.#scale(deployments as ResourceRef, 'web', 10),
      () => this.#scale(statefulsets as ResourceRef, 'db', 5),
      () => this.#changeImage(deployments as ResourceRef, 'web'),
      () => this.#changeImage(statefulsets as ResourceRef, 'db'),
      () => this.#changeImage(daemonsets as ResourceRef, 'log'),
      () => this.#addJob(),
      () => this.#deleteJob(),
      () => this.#failPod(),
      () => this.#failPod(),
      () => this.#deletePod(),
      () => this.#deletePod(),
      () => this.#loseNode(),
      () => this.#reviveNode(),
      () => this.#replaceNode(),
      () => this.#cluster.changeLeader(),
      () => this.#replaceDeployment(),
    ]
    try {
      await acts[this.#pick(acts.length)]!()
    } catch (error) {
      // Somebody else was faster.
      if (!isReason(error, 'Conflict') && !isReason(error, 'NotFound') && !isReason(error, 'AlreadyExists')) throw error
    }
    const kind = this.#pick(3)
    if (kind === 0) await sleep(this.#pick(pauseMs))
    if (kind === 1) for (let i = this.#pick(pauseSteps); i > 0; i--) await null
  }

  async #scale(ref: ResourceRef, name: string, most: number): Promise<void> {
    const object = (await this.#cluster.client.resource(ref, namespace).get(name)) as { spec: object }
    const spec = { ...object.spec, replicas: this.#pick(most + 1) }
    await this.#cluster.client.resource(ref, namespace).update({ ...object, spec } as object)
  }

  async #changeImage(ref: ResourceRef, name: string): Promise<void> {
    const object = (await this.#cluster.client.resource(ref, namespace).get(name)) as {
      spec: { template: PodTemplateSpec }
    }
    const app = object.spec.template.metadata?.labels?.app ?? ''
    const spec = { ...object.spec, template: this.#template(app, `image-${this.#pick(4)}`) }
    await this.#cluster.client.resource(ref, namespace).update({ ...object, spec } as object)
  }

  async #addJob(): Promise<void> {
    const isIndexed = this.#pick(2) === 0
    await this.#cluster.client.resource(jobs, namespace).create({
      metadata: { name: `job-${this.#jobs++}` },
      spec: {
        completions: 1 + this.#pick(6),
        parallelism: 1 + this.#pick(4),
        backoffLimit: 100,
        completionMode: isIndexed ? 'Indexed' : 'NonIndexed',
        template: this.#template('job', 'work', 'Never'),
      },
    })
  }

  async #deleteJob(): Promise<void> {
    const { items } = await this.#cluster.client.resource(jobs, namespace).list()
    const job = items[this.#pick(items.length * 2)]
    if (!job) return
    const propagationPolicy = this.#pick(2) ? 'Background' : 'Foreground'
    await this.#cluster.client.resource(jobs, namespace).delete(nameOf(job), { propagationPolicy })
  }

  async #anyPod() {
    const { items } = await this.#cluster.client.resource(pods, namespace).list()
    return items[this.#pick(items.length)]
  }

  async #failPod(): Promise<void> {
    const pod = await this.#anyPod()
    if (pod?.spec?.nodeName && !isFinished(pod)) await this.#cluster.workers.finish(pod, 'Failed')
  }

  async #deletePod(): Promise<void> {
    const pod = await this.#anyPod()
    if (pod) await this.#cluster.client.resource(pods, namespace).delete(nameOf(pod))
  }

  async #loseNode(): Promise<void> {
    this.#cluster.workers.dead.add(`node-${this.#pick(nodeCount)}`)
  }

  async #reviveNode(): Promise<void> {
    const [name] = this.#cluster.workers.dead
    if (name !== undefined) this.#cluster.workers.revive(name)
  }

  /** The node goes with all that runs on it; another of its name comes. */
  async #replaceNode(): Promise<void> {
    const name = `node-${this.#pick(nodeCount)}`
    this.#cluster.workers.switchOff(name)
    await this.#cluster.client.resource(nodes).delete(name)
    await addNodes(this.#cluster.client, [pretendNode(name)])
  }

  async #replaceDeployment(): Promise<void> {
    const all = this.#cluster.client.resource(deployments, namespace)
    const { spec } = await all.get('web')
    const policies = ['Background', 'Foreground', 'Orphan'] as const
    // In the foreground it waits for its pods, and those wait for their workers.
    this.#calm()
    await all.delete('web', { propagationPolicy: policies[this.#pick(3)] })
    await this.#until('the Deployment is gone', async () => {
      return (await all.list()).items.length === 0
    })
    await all.create({ metadata: { name: 'web' }, spec })
  }

  /** No more faults: everybody lives, and what was asked for last holds. */
  #calm(): void {
    for (const name of [...this.#cluster.workers.dead]) this.#cluster.workers.revive(name)
  }

  async #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const { clock } = this.#cluster
    for (const deadlineMs = clock.monotonicMs() + quietMs; !(await condition()); await sleep(checkMs)) {
      if (clock.monotonicMs() > deadlineMs) throw new Error(`not within ${quietMs / 60_000} minutes: ${what}`)
    }
  }

  async #check(): Promise<void> {
    let wrong: string[] = ['never looked']
    try {
      await this.#until('the state is as specified', async () => {
        wrong = await this.#faults()
        return wrong.length === 0
      })
    } catch (error) {
      throw new Error([error, ...wrong, ...(await this.#describe())].join('\n'))
    }
    const { doubles } = this.#cluster.workers
    if (doubles.length > 0) throw new Error(['two pods of one identity', ...doubles].join('\n'))
  }

  /** Pods that do not run, and nodes that are not ready. */
  async #describe(): Promise<string[]> {
    const { items } = await this.#cluster.client.resource(pods, namespace).list()
    const idle = items.filter((pod) => !isReady(pod) || pod.metadata?.deletionTimestamp)
    const all = (await this.#cluster.client.resource(nodes).list()).items
    return [
      ...idle.map(({ metadata, spec, status }) => {
        const { deletionTimestamp, finalizers } = metadata ?? {}
        return JSON.stringify([metadata?.name, spec?.nodeName, status, deletionTimestamp, finalizers])
      }),
      ...all.map(({ metadata, spec, status }) => {
        return JSON.stringify([metadata?.name, spec?.taints, status?.conditions?.map(({ status: value }) => value)])
      }),
    ]
  }

  /** What is not as it should be. */
  async #faults(): Promise<string[]> {
    const { client } = this.#cluster
    const wrong: string[] = []
    const list = async <T extends object>(ref: ResourceRef<T>) => (await client.resource(ref, namespace).list()).items
    const allPods = await list(pods)
    const running = (app: string) =>
      allPods.filter((pod) => pod.metadata?.labels?.app === app && isReady(pod) && !pod.metadata.deletionTimestamp)
    const expect = (what: string, actual: unknown, wanted: unknown) => {
      if (JSON.stringify(actual) !== JSON.stringify(wanted)) {
        wrong.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`)
      }
    }
    const [web] = await list(deployments)
    const replicas = web?.spec?.replicas ?? 0
    const image = web?.spec?.template.spec?.containers[0]?.image
    const images = (app: string) => running(app).map((pod) => pod.spec?.containers[0]?.image)
    expect('images of the Deployment', images('web'), Array(replicas).fill(image))
    expect('updatedReplicas', web?.status?.updatedReplicas ?? 0, replicas)
    expect('availableReplicas', web?.status?.availableReplicas ?? 0, replicas)
    const [db] = await list(statefulsets)
    const ordinals = Array.from({ length: db?.spec?.replicas ?? 0 }, (_, i) => `db-${i}`)
    expect('pods of the StatefulSet', running('db').map(nameOf).sort(), ordinals)
    expect(
      'images of the StatefulSet',
      images('db'),
      ordinals.map(() => db?.spec?.template.spec?.containers[0]?.image),
    )
    expect('readyReplicas of the StatefulSet', db?.status?.readyReplicas ?? 0, ordinals.length)
    const [log] = await list(daemonsets)
    const names = (await client.resource(nodes).list()).items.map(nameOf).sort()
    expect(
      'nodes of the DaemonSet',
      running('log')
        .map((pod) => pod.spec?.nodeName)
        .sort(),
      names,
    )
    expect(
      'images of the DaemonSet',
      images('log'),
      names.map(() => log?.spec?.template.spec?.containers[0]?.image),
    )
    for (const job of await list(jobs)) {
      const { completions = 0, completionMode } = job.spec ?? {}
      const isDone =
        job.status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True') ?? false
      expect(`${nameOf(job)} is complete`, isDone, true)
      expect(`completions of ${nameOf(job)}`, job.status?.succeeded, completions)
      if (completionMode === 'Indexed') {
        const all = completions === 1 ? '0' : `0-${completions - 1}`
        expect(`indexes of ${nameOf(job)}`, job.status?.completedIndexes, all)
      }
    }
    const endpoints = (await list(endpointslices)).flatMap((slice) => slice.endpoints ?? [])
    const ready = endpoints.filter(({ conditions }) => conditions?.ready).map(({ targetRef }) => targetRef?.name)
    expect('endpoints', ready.sort(), running('web').map(nameOf).sort())
    await this.#findOrphans(allPods, wrong)
    return wrong
  }

  /** Everything with a controller has it, alive. */
  async #findOrphans(allPods: { metadata?: object }[], wrong: string[]): Promise<void> {
    const { client } = this.#cluster
    const uids = new Set<string | undefined>()
    const owned = [...allPods]
    for (const ref of [deployments, replicasets, statefulsets, daemonsets, jobs] as ResourceRef[]) {
      const { items } = await client.resource(ref, namespace).list()
      for (const { metadata } of items) uids.add(metadata?.uid)
      if (ref.resource === 'replicasets') owned.push(...items)
    }
    for (const object of owned) {
      const controller = controllerOf(object)
      if (!controller) wrong.push(`${namespaceOf(object)}/${nameOf(object)} has no controller`)
      else if (!uids.has(controller.uid))
        wrong.push(`${nameOf(object)} is left over from ${controller.kind} ${controller.name}`)
    }
  }
}
