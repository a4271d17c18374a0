import { clusterroles } from '../../../api/schema/generated/resources.ts'
import type { ClusterRole, PolicyRule } from '../../../api/schema/generated/types/rbac-v1.ts'
import type { ControlContext } from '../loop/context.ts'
import { type ControllerDefinition, watch } from '../loop/controller.ts'
import { canonicalJson, isEquivalent } from '../object/equal.ts'
import { nameOf } from '../object/meta.ts'
import { labelPredicate } from '../object/selector.ts'

/**
 * The rules of all roles that an aggregated role selects, each once, in order of the roles' names.
 * Source: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
 */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const rules = new Map<string, PolicyRule>()
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matches = labelPredicate(selector)
    const selected = roles.filter((other) => nameOf(other) !== nameOf(role) && matches(other.metadata?.labels))
    for (const other of selected.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
      for (const rule of other.rules ?? []) rules.set(canonicalJson(rule), rule)
    }
  }
  return [...rules.values()]
}

export function clusterRoleAggregationController({ informers }: ControlContext): ControllerDefinition {
  const roles = informers.of(clusterroles)
  const aggregated = () => roles.list().filter(({ aggregationRule }) => aggregationRule !== undefined)
  return {
    name: 'clusterrole-aggregation-controller',
    watches: [watch(clusterroles, (): string[] => aggregated().map(nameOf))],
    async reconcile(key, writer) {
      const role = roles.get(key)
      if (!role?.aggregationRule) return undefined
      const rules = aggregatedRules(role, roles.list())
      if (!isEquivalent(rules, role.rules ?? [])) await writer.update(clusterroles, { ...role, rules })
      return undefined
    },
  }
}
