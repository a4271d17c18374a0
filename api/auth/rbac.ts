import type { ClusterView, UserInfo } from '../resource/definition.ts'
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../schema/generated/types/rbac-v1.ts'
import { type Attributes, type Authorizer, type Decision, type PolicyRule, privilegedGroup } from './authorizer.ts'

const group = 'rbac.authorization.k8s.io'
const roles = { group, resource: 'roles' }
const roleBindings = { group, resource: 'rolebindings' }
const clusterRoles = { group, resource: 'clusterroles' }
const clusterRoleBindings = { group, resource: 'clusterrolebindings' }

type Binding = RoleBinding | ClusterRoleBinding
type Subject = NonNullable<Binding['subjects']>[number]

/** Role-based access control over the roles and bindings in the store. Upstream: plugin/pkg/auth/authorizer/rbac. */
export class RbacAuthorizer implements Authorizer {
  #view: ClusterView

  constructor(view: ClusterView) {
    this.#view = view
  }

  authorize(attributes: Attributes): Decision {
    if (attributes.user.groups.includes(privilegedGroup)) return { allowed: true, reason: '' }
    for (const { rules, reason } of this.#grants(attributes.user, attributes.namespace)) {
      if (rules().some((rule) => ruleAllows(rule, attributes))) return { allowed: true, reason }
    }
    return { allowed: false, reason: '' }
  }

  rulesFor(user: UserInfo, namespace: string): PolicyRule[] {
    if (user.groups.includes(privilegedGroup)) {
      return [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ]
    }
    return [...this.#grants(user, namespace)].flatMap((grant) => grant.rules())
  }

  *#grants(user: UserInfo, namespace: string): Generator<{ rules(): PolicyRule[]; reason: string }> {
    for (const object of this.#view.list(clusterRoleBindings)) {
      const binding = object as unknown as ClusterRoleBinding
      const subject = binding.subjects?.find((candidate) => isSubject(candidate, user, ''))
      if (!subject) continue
      const name = binding.metadata?.name
      const reason = `RBAC: allowed by ClusterRoleBinding "${name}" of ${refText(binding)} to ${subjectText(subject, '')}`
      yield { rules: () => this.#rulesOf(binding, ''), reason }
    }
    if (namespace === '') return
    for (const object of this.#view.list(roleBindings, namespace)) {
      const binding = object as unknown as RoleBinding
      const subject = binding.subjects?.find((candidate) => isSubject(candidate, user, namespace))
      if (!subject) continue
      const name = `${binding.metadata?.name}/${namespace}`
      const reason = `RBAC: allowed by RoleBinding "${name}" of ${refText(binding)} to ${subjectText(subject, namespace)}`
      yield { rules: () => this.#rulesOf(binding, namespace), reason }
    }
  }

  #rulesOf(binding: Binding, namespace: string): PolicyRule[] {
    const { kind, name } = binding.roleRef
    if (kind === 'ClusterRole') return rulesIn(this.#view.get(clusterRoles, '', name)?.object)
    return namespace === '' ? [] : rulesIn(this.#view.get(roles, namespace, name)?.object)
  }
}

function rulesIn(object: unknown): PolicyRule[] {
  return ((object as Role | ClusterRole | undefined)?.rules ?? []) as PolicyRule[]
}

function isSubject(subject: Subject, user: UserInfo, namespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name
    case 'Group':
      return user.groups.includes(subject.name)
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${subject.namespace || namespace}:${subject.name}`
    default:
      return false
  }
}

function refText(binding: Binding): string {
  return `${binding.roleRef.kind} "${binding.roleRef.name}"`
}

function subjectText(subject: Subject, namespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} "${subject.name}"`
  return `ServiceAccount "${subject.name}/${subject.namespace || namespace}"`
}

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
  if (!matches(rule.apiGroups ?? [], group)) return false
  const isResource = (rule.resources ?? []).some(
    (candidate) =>
      candidate === '*' || candidate === combined || (subresource !== '' && candidate === `*/${subresource}`),
  )
  if (!isResource) return false
  return !rule.resourceNames?.length || rule.resourceNames.includes(name)
}

function matches(candidates: string[], value: string): boolean {
  return candidates.includes('*') || candidates.includes(value)
}

/** Whether everything `wanted` allows is allowed by `owned` too, judged single grant by single grant. */
export function covers(owned: PolicyRule[], wanted: PolicyRule[]): { uncovered: PolicyRule[] } {
  const uncovered: PolicyRule[] = []
  for (const rule of wanted)
    for (const single of breakDown(rule)) if (!owned.some((own) => ruleCovers(own, single))) uncovered.push(single)
  return { uncovered }
}

/** One verb, group, resource and name (or one verb and path) each. Upstream: validation.BreakdownRule. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const single: PolicyRule[] = []
  for (const verb of rule.verbs) {
    for (const apiGroup of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const base = { verbs: [verb], apiGroups: [apiGroup], resources: [resource] }
        if (!rule.resourceNames?.length) single.push(base)
        else for (const name of rule.resourceNames) single.push({ ...base, resourceNames: [name] })
      }
    }
    for (const url of rule.nonResourceURLs ?? []) single.push({ verbs: [verb], nonResourceURLs: [url] })
  }
  return single
}

function ruleCovers(own: PolicyRule, single: PolicyRule): boolean {
  const has = (list: string[] | undefined, value: string) => matches(list ?? [], value)
  if (!has(own.verbs, single.verbs[0]!)) return false
  const url = single.nonResourceURLs?.[0]
  if (url !== undefined) {
    return (own.nonResourceURLs ?? []).some(
      (candidate) => candidate === url || (candidate.endsWith('*') && url.startsWith(candidate.slice(0, -1))),
    )
  }
  if (!has(own.apiGroups, single.apiGroups![0]!)) return false
  const resource = single.resources![0]!
  const slash = resource.indexOf('/')
  const isCovered =
    has(own.resources, resource) || (slash >= 0 && (own.resources ?? []).includes(`*${resource.slice(slash)}`))
  if (!isCovered) return false
  if (!own.resourceNames?.length) return true
  return single.resourceNames !== undefined && own.resourceNames.includes(single.resourceNames[0]!)
}
