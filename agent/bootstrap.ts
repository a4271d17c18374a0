import { ensureBootstrapRoles, ensurePriorityClasses } from '../api/auth/bootstrap.ts'
import { type Client, isReason, type KubernetesObject, type ResourceRef } from '../api/client/client.ts'
import { namespaces, services } from '../api/schema/generated/resources.ts'
import type { Namespace, Service } from '../api/schema/generated/types/core-v1.ts'
import type { ClusterAddresses } from './cluster-addresses.ts'

/** Namespaces that every cluster has (upstream: pkg/controlplane/controller/systemnamespaces). */
const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Makes what every cluster has from its first moment on, where it is missing. Safe to repeat, by each leader. */
export async function bootstrapCluster(client: Client, addresses: ClusterAddresses): Promise<void> {
  for (const name of systemNamespaces) {
    await ensure<Namespace>(client, namespaces, { metadata: { name } })
  }
  await ensureBootstrapRoles(client)
  await ensurePriorityClasses(client)
  await ensure<Service>(client, services, {
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: addresses.apiService,
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
    },
  })
  await ensure<Service>(client, services, {
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: addresses.dns,
      ports: [
        { name: 'dns', protocol: 'UDP', port: 53, targetPort: 53 },
        { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 53 },
      ],
    },
  })
}

/** Resolves once this node's state has what `bootstrapCluster` makes: its last object. Asks no other node. */
export async function clusterBootstrapped(client: Client): Promise<void> {
  const ending = new AbortController()
  const watch = client.resource(services, 'kube-system').watch({ resourceVersion: '0', signal: ending.signal })
  for await (const event of watch) {
    if (event.type === 'ADDED' && event.object.metadata?.name === 'kube-dns') break
  }
  ending.abort()
}

async function ensure<T extends KubernetesObject>(client: Client, ref: ResourceRef<T>, object: T): Promise<void> {
  try {
    await client.resource(ref).create(object)
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
  }
}
