import type { Client } from '../../../api/client/client.ts'
import { deployments, pods } from '../../../api/schema/generated/resources.ts'
import { isReady } from '../object/pod.ts'
import { PodCount } from './pod-count.ts'

const namespace = 'default'
const name = 'web'
const replicas = 50
const maxSurge = 5
const maxUnavailable = 3

export interface RolloutCluster {
  readonly client: Client
  until(what: string, condition: () => Promise<boolean>): Promise<void>
}

/** For tests: a Deployment of 50 whose pods are replaced, and an outside client that watches its limits meanwhile. */
export class WatchedRollout {
  readonly #cluster: RolloutCluster
  readonly #count: PodCount

  private constructor(cluster: RolloutCluster, count: PodCount) {
    this.#cluster = cluster
    this.#count = count
  }

  /** Resolves when 50 run with the image `one`. */
  static async start(cluster: RolloutCluster): Promise<WatchedRollout> {
    const { client } = cluster
    const spec = { ...specOf('one'), replicas, selector: { matchLabels: { app: name } } }
    await client.resource(deployments).create({ metadata: { name, namespace }, spec })
    await cluster.until('50 run', () => isComplete(client, 'one'))
    const all = client.resource(pods, namespace)
    const { items, metadata } = await all.list()
    return new WatchedRollout(cluster, new PodCount(all, metadata.resourceVersion, items))
  }

  async update(image: string): Promise<void> {
    await this.#cluster.client.resource(deployments, namespace).patch(name, { spec: specOf(image) }, { type: 'merge' })
  }

  /** Resolves when `count` pods have the image. */
  async underWay(image: string, count: number): Promise<void> {
    await this.#cluster.until(`${count} pods of ${image}`, async () => {
      const { items } = await this.#cluster.client.resource(pods, namespace).list()
      return items.filter((pod) => pod.spec?.containers[0]?.image === image).length >= count
    })
  }

  async complete(image: string): Promise<void> {
    await this.#cluster.until(`all pods are of ${image}`, () => isComplete(this.#cluster.client, image))
  }

  /** Ends the watch; answers with the limits that were left at any time. */
  async violations(): Promise<string[]> {
    await this.#count.stop()
    const { most, fewestReady } = this.#count
    const wrong: string[] = []
    if (most > replicas + maxSurge) wrong.push(`${most} pods, at most ${replicas + maxSurge} may be`)
    if (fewestReady < replicas - maxUnavailable)
      wrong.push(`${fewestReady} ready, ${replicas - maxUnavailable} must be`)
    return wrong
  }
}

function specOf(image: string) {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } }
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } }
  return { strategy, template }
}

async function isComplete(client: Client, image: string): Promise<boolean> {
  const { items } = await client.resource(pods, namespace).list()
  const { status } = await client.resource(deployments, namespace).get(name)
  const isAll = items.length === replicas && items.every((pod) => pod.spec?.containers[0]?.image === image)
  return isAll && items.every(isReady) && status?.updatedReplicas === replicas && status.availableReplicas === replicas
}
