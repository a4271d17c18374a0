import { expect, test } from 'bun:test'
import type { ClusterRole } from '../../../api/schema/generated/types/rbac-v1.ts'
import { aggregatedRules } from './cluster-role-aggregation.ts'

// Source: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller_test.go.

const rule = (verb: string, resource: string) => ({ verbs: [verb], resources: [resource] })
const hammer = [rule('hammer', 'nails'), rule('hammer', 'wedges')]
const chisel = [rule('chisel', 'mortises')]
const saw = [rule('saw', 'boards')]
const role = (name: string, foo: string, rules: ClusterRole['rules']): ClusterRole => ({
  metadata: { name, labels: { foo } },
  rules,
})
const combined = (rules: ClusterRole['rules'], ...values: string[]): ClusterRole => ({
  metadata: { name: 'combined' },
  aggregationRule: { clusterRoleSelectors: values.map((foo) => ({ matchLabels: { foo } })) },
  rules,
})

test.each([
  ['dead rules go', combined(saw, 'bar'), [role('hammer', 'bar', hammer)], hammer],
  ['nothing selected, no rules', combined(hammer, 'bar'), [role('hammer', 'not-bar', hammer)], []],
  [
    'those selected, in order of names',
    combined([], 'bar'),
    [role('hammer', 'bar', hammer), role('chisel', 'bar', chisel), role('saw', 'not-bar', saw)],
    [...chisel, ...hammer],
  ],
  [
    'several selectors, one after the other',
    combined([], 'bar', 'not-bar'),
    [role('hammer', 'bar', hammer), role('chisel', 'bar', chisel), role('saw', 'not-bar', saw)],
    [...chisel, ...hammer, ...saw],
  ],
  [
    'each rule once',
    combined([], 'bar', 'not-bar'),
    [
      role('hammer', 'bar', hammer),
      role('chisel', 'bar', chisel),
      role('saw', 'bar', saw),
      role('other-saw', 'not-bar', saw),
    ],
    [...chisel, ...hammer, ...saw],
  ],
])('%s', (_, aggregated, others, wanted) => {
  expect(aggregatedRules(aggregated, [...others, aggregated])).toEqual(wanted)
})
