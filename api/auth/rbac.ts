import type { UserInfo } from '../resource/definition.ts'
import type { ApiObject } from '../resource/object.ts'
import { type LabelSelector, matchesLabelSelector } from '../resource/selector.ts'
import type { ClusterRole, ClusterRoleBinding, RoleBinding } from '../schema/generated/types/rbac-v1.ts'
import { type Attributes, type Authorizer, type Decision, type PolicyRule, privilegedGroup } from './authorizer.ts'
import { ruleAllows } from './policy-rule.ts'

type Binding = RoleBinding | ClusterRoleBinding
type Subject = NonNullable<Binding['subjects']>[number]

export type RbacResource = 'roles' | 'rolebindings' | 'clusterroles' | 'clusterrolebindings'

/** Where roles and bindings are read. */
export interface RbacSource {
  list(resource: RbacResource): ApiObject[]
  /** Another number whenever one of them may have changed. */
  readonly changes: number
}

interface Grant {
  rules: PolicyRule[]
  reason: string
}

/** Who is granted what, by `<namespace>|<kind>|<subject>`; the namespace is empty for the whole cluster. */
type Index = Map<string, Grant[]>

/**
 * Role-based access control over the roles and bindings in the store, compiled again when one of them changed.
 * Upstream: plugin/pkg/auth/authorizer/rbac.
 */
export class RbacAuthorizer implements Authorizer {
  #source: RbacSource
  #index: Index = new Map()
  #indexedChanges = -1

  constructor(source: RbacSource) {
    this.#source = source
  }

  authorize(attributes: Attributes): Decision {
    const { user, namespace } = attributes
    if (user.groups.includes(privilegedGroup)) return { allowed: true, reason: '' }
    for (const { rules, reason } of this.#grants(user, namespace)) {
      if (rules.some((rule) => ruleAllows(rule, attributes))) return { allowed: true, reason }
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
    return [...this.#grants(user, namespace)].flatMap((grant) => grant.rules)
  }

  /** The rules of a role, those that its aggregation gathers included; undefined when there is none. */
  rulesOfRole(kind: string, namespace: string, name: string): PolicyRule[] | undefined {
    if (kind === 'ClusterRole') {
      const all = this.#source.list('clusterroles')
      const role = all.find((object) => object.metadata.name === name)
      return role && clusterRoleRules(role, all)
    }
    const roles = this.#source.list('roles')
    const role = roles.find((object) => object.metadata.name === name && object.metadata.namespace === namespace)
    return role && rulesIn(role)
  }

  *#grants(user: UserInfo, namespace: string): Generator<Grant> {
    if (this.#indexedChanges !== this.#source.changes) this.#compile()
    for (const where of namespace === '' ? [''] : ['', namespace]) {
      yield* this.#index.get(`${where}|User|${user.name}`) ?? []
      for (const group of user.groups) yield* this.#index.get(`${where}|Group|${group}`) ?? []
    }
  }

  #compile(): void {
    this.#indexedChanges = this.#source.changes
    const index: Index = new Map()
    const clusterRoles = this.#source.list('clusterroles')
    const byName = new Map<string, PolicyRule[]>()
    for (const role of clusterRoles) byName.set(`|${role.metadata.name}`, clusterRoleRules(role, clusterRoles))
    for (const role of this.#source.list('roles')) {
      byName.set(`${role.metadata.namespace}|${role.metadata.name}`, rulesIn(role))
    }
    for (const resource of ['clusterrolebindings', 'rolebindings'] as const) {
      for (const object of this.#source.list(resource)) addGrants(index, byName, object)
    }
    this.#index = index
  }
}

function addGrants(index: Index, rolesByName: Map<string, PolicyRule[]>, object: ApiObject): void {
  const binding = object as unknown as Binding
  const namespace = object.kind === 'ClusterRoleBinding' ? '' : (object.metadata.namespace ?? '')
  const { kind, name } = binding.roleRef
  const rules = rolesByName.get(kind === 'ClusterRole' ? `|${name}` : `${namespace}|${name}`)
  if (!rules || (kind === 'Role' && namespace === '')) return
  for (const subject of binding.subjects ?? []) {
    const key = subjectKey(subject, namespace)
    if (!key) continue
    const of = namespace === '' ? `"${object.metadata.name}"` : `"${object.metadata.name}/${namespace}"`
    const reason = `RBAC: allowed by ${object.kind} ${of} of ${kind} "${name}" to ${subjectText(subject, namespace)}`
    const grants = index.get(`${namespace}|${key}`)
    if (grants) grants.push({ rules, reason })
    else index.set(`${namespace}|${key}`, [{ rules, reason }])
  }
}

function subjectKey(subject: Subject, namespace: string): string | undefined {
  if (subject.kind === 'User' || subject.kind === 'Group') return `${subject.kind}|${subject.name}`
  if (subject.kind !== 'ServiceAccount') return undefined
  return `User|system:serviceaccount:${subject.namespace || namespace}:${subject.name}`
}

function subjectText(subject: Subject, namespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} "${subject.name}"`
  return `ServiceAccount "${subject.name}/${subject.namespace || namespace}"`
}

function rulesIn(object: ApiObject): PolicyRule[] {
  return (object.rules ?? []) as PolicyRule[]
}

/** An aggregated role's rules are those of the roles its selectors choose. Upstream: the clusterroleaggregation controller. */
function clusterRoleRules(role: ApiObject, all: ApiObject[]): PolicyRule[] {
  const selectors = (role as unknown as ClusterRole).aggregationRule?.clusterRoleSelectors
  if (!selectors) return rulesIn(role)
  const isChosen = (other: ApiObject) =>
    other !== role &&
    selectors.some((selector) => matchesLabelSelector(selector as LabelSelector, other.metadata.labels))
  return all.filter(isChosen).flatMap((other) => {
    const isNested = (other as unknown as ClusterRole).aggregationRule !== undefined
    // One level of nesting is what the built-in roles use: admin gathers edit gathers view.
    return isNested
      ? clusterRoleRules(
          other,
          all.filter((candidate) => candidate !== role),
        )
      : rulesIn(other)
  })
}
