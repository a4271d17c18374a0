import type { Client } from '../../api/client/client.ts'
import type { Informer, InformerHandler } from '../../api/client/informer.ts'
import { createInformer, keyOf } from '../../api/client/reflector.ts'
import { endpointslices, namespaces, nodes, pods, services } from '../../api/schema/generated/resources.ts'
import type { Namespace, Node, Pod, Service } from '../../api/schema/generated/types/core-v1.ts'
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts'
import type { Logger } from '../../mesh/logger/logger.ts'

/** What the network follows of the cluster; keys are `namespace/name`. */
export interface ClusterViewHandlers {
  serviceChanged(key: string): void
  /** A pod of this node. */
  podChanged(key: string): void
  /** Some node, in any way. */
  nodesChanged(): void
  namespaceAdded(name: string): void
  namespaceRemoved(name: string): void
}

const serviceNameLabel = 'kubernetes.io/service-name'

/** Services, EndpointSlices, namespaces and this node's pods, kept current. */
export class ClusterView {
  readonly #services: Informer<Service>
  readonly #slices: Informer<EndpointSlice>
  readonly #pods: Informer<Pod>
  readonly #namespaces: Informer<Namespace>
  readonly #nodes: Informer<Node>

  constructor(client: Client, nodeName: string, handlers: ClusterViewHandlers, log: Logger) {
    this.#services = createInformer(client, services, { log })
    this.#slices = createInformer(client, endpointslices, { log })
    this.#pods = createInformer(client, pods, { log, fieldSelector: `spec.nodeName=${nodeName}` })
    this.#namespaces = createInformer(client, namespaces, { log })
    this.#nodes = createInformer(client, nodes, { log })
    this.#slices.addIndex('service', (slice) => serviceKeys(slice))
    this.#services.addHandler(onEvery((service) => handlers.serviceChanged(keyOf(service))))
    this.#slices.addHandler(onEvery((slice) => serviceKeys(slice).forEach(handlers.serviceChanged)))
    this.#pods.addHandler(onEvery((pod) => handlers.podChanged(keyOf(pod))))
    this.#nodes.addHandler(onEvery(() => handlers.nodesChanged()))
    this.#namespaces.addHandler({
      added: (namespace) => handlers.namespaceAdded(namespace.metadata!.name!),
      deleted: (namespace) => handlers.namespaceRemoved(namespace.metadata!.name!),
    })
  }

  async synced(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.synced()))
  }

  service(key: string): Service | undefined {
    return this.#services.get(key)
  }

  nodes(): Node[] {
    return this.#nodes.list()
  }

  /** EndpointSlices of a service. */
  slices(key: string): EndpointSlice[] {
    return this.#slices.byIndex('service', key)
  }

  pod(key: string): Pod | undefined {
    return this.#pods.get(key)
  }

  stop(): void {
    for (const informer of this.#informers) informer.stop()
  }

  get #informers() {
    return [this.#services, this.#slices, this.#pods, this.#namespaces, this.#nodes]
  }
}

function serviceKeys({ metadata }: EndpointSlice): string[] {
  const service = metadata?.labels?.[serviceNameLabel]
  return service ? [`${metadata.namespace}/${service}`] : []
}

/** A slice may pass from one service to another: both are told. */
const onEvery = <T>(action: (object: T) => void): InformerHandler<T> => ({
  added: action,
  updated(previous, object) {
    action(previous)
    action(object)
  },
  deleted: action,
})
