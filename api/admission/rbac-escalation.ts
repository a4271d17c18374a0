import type { Attributes, Authorizer, PolicyRule } from '../auth/authorizer.ts'
import { ruleText, uncovered } from '../auth/policy-rule.ts'
import type { WriteContext } from '../resource/definition.ts'
import type { ApiObject } from '../resource/object.ts'
import { forbidden, notFound } from '../resource/status.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'

const group = 'rbac.authorization.k8s.io'

/** What the check asks of the authorizer. */
export interface EscalationAuthorizer extends Authorizer {
  rulesOfRole(kind: string, namespace: string, name: string): PolicyRule[] | undefined
}

/**
 * Nobody hands out more than they have: who writes a role must hold its rules or may `escalate`, who binds one must
 * hold its rules or may `bind`. Upstream: pkg/registry/rbac/role/policybased, rolebinding/policybased.
 */
export function rbacEscalation(authorizer: EscalationAuthorizer): AdmissionPlugin {
  return {
    name: 'RbacEscalation',
    validate(request) {
      const { definition, object, context, operation } = request
      if (definition.group !== group || operation === 'DELETE' || !object || context.isTrusted) return
      const { resource } = definition
      if (resource === 'roles' || resource === 'clusterroles') checkRole(authorizer, request, object)
      else checkBinding(authorizer, request, object)
    },
  }
}

function checkRole(authorizer: EscalationAuthorizer, request: AdmissionRequest, object: ApiObject): void {
  const { context, definition, namespace, name } = request
  if (may(authorizer, context, 'escalate', definition.resource, namespace, name)) return
  const rules = (object.rules ?? []) as PolicyRule[]
  refuseUncovered(authorizer, request, rules)
  const isAggregated = (object as { aggregationRule?: unknown }).aggregationRule !== undefined
  if (isAggregated && !isEverything(authorizer.rulesFor(context.user, ''))) {
    throw forbidden(definition, name, 'must have cluster-admin privileges to use the aggregationRule')
  }
}

function isEverything(rules: PolicyRule[]): boolean {
  return uncovered(rules, [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]).length === 0
}

function checkBinding(authorizer: EscalationAuthorizer, request: AdmissionRequest, object: ApiObject): void {
  const { context, namespace } = request
  const { kind, name } = object.roleRef as { kind: string; name: string }
  const resource = kind === 'ClusterRole' ? 'clusterroles' : 'roles'
  if (may(authorizer, context, 'bind', resource, namespace, name)) return
  const rules = authorizer.rulesOfRole(kind, namespace, name)
  if (!rules) throw notFound({ group, resource, kind }, name)
  refuseUncovered(authorizer, request, rules)
}

function may(
  authorizer: Authorizer,
  { user }: WriteContext,
  verb: string,
  resource: string,
  namespace: string,
  name: string,
): boolean {
  const attributes: Attributes = {
    ...{ user, verb, isResource: true, group, version: 'v1', resource, subresource: '', namespace, name, path: '' },
  }
  return authorizer.authorize(attributes).allowed
}

function refuseUncovered(authorizer: Authorizer, request: AdmissionRequest, rules: PolicyRule[]): void {
  const { context, definition, namespace, name } = request
  const { user } = context
  const missing = uncovered(authorizer.rulesFor(user, namespace), rules)
  if (missing.length === 0) return
  const groups = JSON.stringify(user.groups)
  const who = `user "${user.name}" (groups=${groups})`
  throw forbidden(
    definition,
    name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${missing.map(ruleText).join('\n')}`,
  )
}
