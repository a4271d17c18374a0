import type { Taint, Toleration } from '../../../api/schema/generated/types/core-v1.ts'

/** Source: k8s.io/component-helpers/scheduling/corev1/helpers.go and k8s.io/api/core/v1/toleration.go. */

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  switch (toleration.operator || 'Equal') {
    case 'Exists':
      return true
    case 'Equal':
      return (toleration.key ?? '') === taint.key && (toleration.value ?? '') === (taint.value ?? '')
    case 'Gt':
    case 'Lt': {
      const [asked, has] = [Number(toleration.value), Number(taint.value)]
      return toleration.operator === 'Gt' ? has > asked : has < asked
    }
    default:
      return false
  }
}

export function isTolerated(taint: Taint, tolerations: readonly Toleration[] | undefined): boolean {
  return tolerations?.some((toleration) => tolerates(toleration, taint)) ?? false
}

/** The first taint that keeps the pod from being put on the node. */
export function untoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[] | undefined,
): Taint | undefined {
  return taints.find((taint) => {
    const isHard = taint.effect === 'NoSchedule' || taint.effect === 'NoExecute'
    return isHard && !isTolerated(taint, tolerations)
  })
}
