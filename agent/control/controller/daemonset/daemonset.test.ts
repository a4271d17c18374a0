import { expect, test } from 'bun:test'
import type { DaemonSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Node, Pod, PodSpec, Taint } from '../../../../api/schema/generated/types/core-v1.ts'
import { nameOf } from '../../object/meta.ts'
import { planDaemonSet } from './daemonset.ts'
import { daemonPodSpec, placementOn } from './placement.ts'

// Expectations from pkg/controller/daemon/daemon_controller_test.go and update_test.go.

const nowMs = Date.parse('2026-01-01T01:00:00Z')
const set = (spec: Partial<PodSpec> = {}, maxUnavailable: number | string = 1): DaemonSet => ({
  metadata: { name: 'd', generation: 1 },
  spec: {
    selector: {},
    template: { spec: { containers: [], ...spec } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } },
  },
})
const node = (name: string, taints: Taint[] = []): Node => ({
  metadata: { name, labels: { disk: name === 'a' ? 'ssd' : 'hdd' } },
  spec: { taints },
})
const pod = (name: string, nodeName: string, extra: { hash?: string; ready?: boolean; phase?: string } = {}): Pod => ({
  metadata: { name, uid: name, labels: { 'controller-revision-hash': extra.hash ?? 'new' } },
  spec: { nodeName, containers: [] },
  status: {
    phase: extra.phase ?? 'Running',
    conditions: [{ type: 'Ready', status: extra.ready === false ? 'False' : 'True' }],
  },
})

test.each<[string, Partial<PodSpec>, Taint[], boolean, boolean]>([
  ['a plain node', {}, [], true, true],
  ['another node by selector', { nodeSelector: { disk: 'hdd' } }, [], false, false],
  ['a cordoned node', {}, [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }], true, true],
  ['a node that is lost', {}, [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }], true, true],
  ['a tainted node: one that is there may stay', {}, [{ key: 'x', effect: 'NoSchedule' }], false, true],
  ['a node that drives pods away', {}, [{ key: 'x', effect: 'NoExecute' }], false, false],
  [
    'a taint that is tolerated',
    { tolerations: [{ operator: 'Exists' }] },
    [{ key: 'x', effect: 'NoExecute' }],
    true,
    true,
  ],
])('belongs: %s', (_, spec, taints, shouldRun, shouldContinue) => {
  expect(placementOn(set(spec), node('a', taints))).toEqual({ shouldRun, shouldContinue })
})

test('a daemon is bound to its node by affinity, beside the terms it has', () => {
  const term = { matchExpressions: [{ key: 'disk', operator: 'Exists' }] }
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } }
  const spec = daemonPodSpec({ containers: [], affinity }, 'a')
  expect(spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms).toEqual([
    { ...term, matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] },
  ])
})

const plan = (pods: Pod[], maxUnavailable: number | string = 1, nodes = [node('a'), node('b'), node('c')]) => {
  const failures = new Map()
  const made = planDaemonSet({ set: set({}, maxUnavailable), nodes, pods, updateHash: 'new', failures, nowMs })
  return { ...made, removed: made.remove.map(nameOf) }
}

test('one a node: missing ones are made, doubles and failed ones go', () => {
  const pods = [pod('1', 'a'), pod('2', 'a'), pod('3', 'b', { phase: 'Failed' })]
  const result = plan(pods)
  expect([result.create, result.removed]).toEqual([['c'], ['2', '3']])
  expect(result.status).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 2, numberUnavailable: 1 })
})

test.each<[string, Pod[], number | string, string[]]>([
  ['one at a time', [pod('1', 'a', { hash: 'old' }), pod('2', 'b', { hash: 'old' }), pod('3', 'c')], 1, ['1']],
  ['not while one is missing', [pod('1', 'a', { hash: 'old' }), pod('2', 'b', { ready: false }), pod('3', 'c')], 1, []],
  [
    'an old one that is not available goes at once',
    [pod('1', 'a', { hash: 'old' }), pod('2', 'b', { hash: 'old', ready: false }), pod('3', 'c')],
    1,
    ['2'],
  ],
  ['a share, rounded up', ['a', 'b', 'c'].map((name) => pod(name, name, { hash: 'old' })), '50%', ['a', 'b']],
])('update: %s', (_, pods, maxUnavailable, removed) => {
  expect(plan(pods, maxUnavailable).removed).toEqual(removed)
})
