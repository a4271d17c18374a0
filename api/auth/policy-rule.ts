import type { Attributes, PolicyRule } from './authorizer.ts'

/** Upstream: rbac.RuleAllows and the Matches functions of pkg/apis/rbac/v1. */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!matches(rule.verbs, attributes.verb)) return false
  if (!attributes.isResource) {
    return (rule.nonResourceURLs ?? []).some((url) => {
      if (url === '*' || url === attributes.path) return true
      return url.endsWith('*') && attributes.path.startsWith(url.slice(0, -1))
    })
  }
  const { group, resource, subresource, name } = attributes
  const combined = subresource === '' ? resource : `${resource}/${subresource}`
  if (!matches(rule.apiGroups, group)) return false
  const isOurs = (candidate: string) =>
    candidate === '*' || candidate === combined || (subresource !== '' && candidate === `*/${subresource}`)
  if (!(rule.resources ?? []).some(isOurs)) return false
  return !rule.resourceNames?.length || rule.resourceNames.includes(name)
}

function matches(candidates: string[] | undefined, value: string): boolean {
  return candidates !== undefined && (candidates.includes('*') || candidates.includes(value))
}

/**
 * The single grants in `wanted` that `owned` does not cover: what somebody would gain by handing them out.
 * Upstream: component-helpers/auth/rbac/validation.Covers.
 */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((single) => !owned.some((own) => ruleCovers(own, single)))
}

/** One verb, group, resource and name (or one verb and path) each. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const singles: PolicyRule[] = []
  for (const verb of rule.verbs) {
    for (const apiGroup of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const base = { verbs: [verb], apiGroups: [apiGroup], resources: [resource] }
        if (!rule.resourceNames?.length) singles.push(base)
        else for (const name of rule.resourceNames) singles.push({ ...base, resourceNames: [name] })
      }
    }
    for (const url of rule.nonResourceURLs ?? []) singles.push({ verbs: [verb], nonResourceURLs: [url] })
  }
  return singles
}

function ruleCovers(own: PolicyRule, single: PolicyRule): boolean {
  if (!matches(own.verbs, single.verbs[0]!)) return false
  const url = single.nonResourceURLs?.[0]
  if (url !== undefined) {
    const isOver = (candidate: string) =>
      candidate === url || (candidate.endsWith('*') && url.startsWith(candidate.slice(0, -1)))
    return (own.nonResourceURLs ?? []).some(isOver)
  }
  if (!matches(own.apiGroups, single.apiGroups![0]!)) return false
  const resource = single.resources![0]!
  const slash = resource.indexOf('/')
  const bySubresource = slash >= 0 && (own.resources ?? []).includes(`*${resource.slice(slash)}`)
  if (!matches(own.resources, resource) && !bySubresource) return false
  if (!own.resourceNames?.length) return true
  return single.resourceNames !== undefined && own.resourceNames.includes(single.resourceNames[0]!)
}

/** As upstream prints a rule in a refusal. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const list = (name: string, values: string[] | undefined) =>
    values?.length ? [`${name}:${JSON.stringify(values)}`] : []
  return `{${[
    ...list('APIGroups', apiGroups),
    ...list('Resources', resources),
    ...list('ResourceNames', resourceNames),
    ...list('NonResourceURLs', nonResourceURLs),
    ...list('Verbs', verbs),
  ].join(', ')}}`
}
