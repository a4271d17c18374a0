import type { Pod, Toleration } from '../schema/generated/types/core-v1.ts'
import type { AdmissionPlugin } from './admission.ts'

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const tolerationSeconds = 300

/** Pods stay five minutes on a node that is not ready. Upstream: plugin/pkg/admission/defaulttolerationseconds. */
export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate({ operation, definition, subresource, object }) {
    if (operation !== 'CREATE' || definition.group !== '' || definition.resource !== 'pods' || subresource !== '')
      return
    const { spec } = object as unknown as Pod
    if (!spec) return
    const present = spec.tolerations ?? []
    const covers = (toleration: Toleration, key: string) => {
      const hasKey = toleration.key === key || !toleration.key
      return hasKey && (!toleration.effect || toleration.effect === 'NoExecute')
    }
    const missing = keys.filter((key) => !present.some((toleration) => covers(toleration, key)))
    const added = missing.map(
      (key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }),
    )
    if (added.length > 0) spec.tolerations = [...present, ...added]
  },
}
