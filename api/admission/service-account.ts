import type { ClusterView } from '../resource/definition.ts'
import { forbidden } from '../resource/status.ts'
import type { Container, Pod, ServiceAccount, Volume } from '../schema/generated/types/core-v1.ts'
import type { AdmissionPlugin } from './admission.ts'

const accounts = { group: '', resource: 'serviceaccounts' }
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const mirrorAnnotation = 'kubernetes.io/config.mirror'
/** The kubelet renews at 80 %; upstream adds the seven seconds to tell these tokens apart. */
const tokenSeconds = 3607
/** The default account is made by a controller: a namespace just created gets this long to have one. */
const attempts = 10
const attemptDelayMs = 150

/** Gives pods their service account, and its token as a projected volume. Upstream: plugin/pkg/admission/serviceaccount. */
export const serviceAccountAdmission: AdmissionPlugin = {
  name: 'ServiceAccount',
  async mutate(request) {
    const { operation, definition, subresource, object, view, namespace, name } = request
    if (operation !== 'CREATE' || definition.group !== '' || definition.resource !== 'pods' || subresource !== '')
      return
    const pod = object as unknown as Pod
    if (pod.metadata?.annotations?.[mirrorAnnotation] !== undefined || !pod.spec) return
    pod.spec.serviceAccountName ||= 'default'
    pod.spec.serviceAccount = pod.spec.serviceAccountName
    const account = await findAccount(view, namespace, pod.spec.serviceAccountName)
    if (!account) {
      const missing = `${namespace}/${pod.spec.serviceAccountName}`
      throw forbidden(
        definition,
        name,
        `error looking up service account ${missing}: serviceaccount "${pod.spec.serviceAccountName}" not found`,
      )
    }
    if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod)
    if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      pod.spec.imagePullSecrets = account.imagePullSecrets
    }
  },
}

async function findAccount(view: ClusterView, namespace: string, name: string): Promise<ServiceAccount | undefined> {
  for (let attempt = 0; ; attempt++) {
    const found = view.get(accounts, namespace, name)
    if (found) return found.object as unknown as ServiceAccount
    if (name !== 'default' || attempt >= attempts) return undefined
    await new Promise((resolve) => setTimeout(resolve, attemptDelayMs))
  }
}

function mountToken(pod: Pod): void {
  const spec = pod.spec!
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  const without = containers.filter(
    (container) => !container.volumeMounts?.some((mount) => mount.mountPath === mountPath),
  )
  if (without.length === 0) return
  const name = `kube-api-access-${crypto.randomUUID().slice(0, 5)}`
  for (const container of without) mount(container, name)
  spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)]
}

function mount(container: Container, name: string): void {
  container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }]
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  }
}
