import type { LabelSelector } from './types.ts'

export type Labels = Readonly<Record<string, string>>
export type LabelPredicate = (labels: Labels | undefined) => boolean

const none: Labels = {}

/**
 * A metav1.LabelSelector made ready to be asked often. An empty selector matches everything, an absent one nothing.
 * Source: k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go, LabelSelectorAsSelector.
 */
export function labelPredicate(selector: LabelSelector | undefined): LabelPredicate {
  if (!selector) return () => false
  const equal = Object.entries(selector.matchLabels ?? {})
  const expressions = selector.matchExpressions ?? []
  return (labels = none) => {
    for (const [key, value] of equal) if (labels[key] !== value) return false
    for (const { key, operator, values } of expressions) {
      if (!matchesExpression(operator, values, labels[key])) return false
    }
    return true
  }
}

function matchesExpression(operator: string, values: string[] | undefined, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && (values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

/** A selector that nobody may use, because it would take in every object of the namespace. */
export function selectsEverything(selector: LabelSelector | undefined): boolean {
  return (
    selector !== undefined &&
    Object.keys(selector.matchLabels ?? {}).length === 0 &&
    (selector.matchExpressions ?? []).length === 0
  )
}

/** The plain map form that services and node selectors have. */
export function hasLabels(wanted: Labels, labels: Labels | undefined = none): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false
  return true
}
