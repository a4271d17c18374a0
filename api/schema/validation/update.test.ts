import { describe, expect, test } from 'bun:test'
import { container, made } from './test-object.ts'
import { validateEphemeralContainers, validateObjectUpdate } from './validation.ts'

function updateErrors(group: string, kind: string, before: string, after: string): string[] {
  const causes = validateObjectUpdate(made(group, kind, after), made(group, kind, before), {
    group,
    version: 'v1',
    kind,
  })
  return causes.map(({ field, message }) => `${field}: ${message.split('\n')[0]}`)
}

const podRule =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
const updates: [string, string, string, string, string, string[]][] = [
  [
    'a new image',
    '',
    'Pod',
    `spec: {${container}}`,
    'spec: {containers: [{name: c, image: "j:1", imagePullPolicy: Always}]}',
    [],
  ],
  ['another node', '', 'Pod', `spec: {nodeName: a, ${container}}`, `spec: {nodeName: b, ${container}}`, [podRule]],
  [
    'a container more',
    '',
    'Pod',
    `spec: {${container}}`,
    'spec: {containers: [{name: c, image: i}, {name: d, image: i}]}',
    ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  ],
  [
    'a toleration more',
    '',
    'Pod',
    `spec: {${container}}`,
    `spec: {${container}, tolerations: [{operator: Exists}]}`,
    [],
  ],
  [
    'a toleration less',
    '',
    'Pod',
    `spec: {${container}, tolerations: [{operator: Exists}]}`,
    `spec: {${container}}`,
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  ],
  [
    'another selector',
    'apps',
    'Deployment',
    'spec: {selector: {matchLabels: {a: b}}}',
    'spec: {selector: {matchLabels: {a: c}}}',
    ['spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable'],
  ],
  [
    'another address',
    '',
    'Service',
    'spec: {clusterIP: 10.0.0.1}',
    'spec: {clusterIP: 10.0.0.2}',
    ['spec.clusterIPs[0]: Invalid value: "10.0.0.2": may not change once set'],
  ],
  [
    'another role',
    'rbac.authorization.k8s.io',
    'RoleBinding',
    'roleRef: {kind: Role, name: a}',
    'roleRef: {kind: Role, name: b}',
    [
      'roleRef: Invalid value: {"kind":"Role","name":"b","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
    ],
  ],
  [
    "a stateful set's service",
    'apps',
    'StatefulSet',
    'spec: {serviceName: a}',
    'spec: {serviceName: b}',
    [
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
  ],
  [
    'a finalizer of a dying object',
    '',
    'ConfigMap',
    'metadata: {deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: [a/b]}',
    'metadata: {finalizers: [a/b, c/d]}',
    [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
    ],
  ],
]

describe('updates', () => {
  for (const [name, group, kind, before, after, expected] of updates) {
    test(`${kind}: ${name}`, () => expect(updateErrors(group, kind, before, after)).toEqual(expected))
  }

  test('ephemeral containers are only added', () => {
    const pod = (text: string) => made('', 'Pod', `spec: {${container}, ephemeralContainers: ${text}}`)
    const errors = (after: string, before: string) =>
      validateEphemeralContainers(pod(after), pod(before)).map((c) => c.message)
    expect(errors('[{name: d, image: x}]', '[]')).toEqual([])
    expect(errors('[{name: d, image: x, ports: [{containerPort: 1}]}]', '[]')).toEqual([
      'Forbidden: cannot be set for an Ephemeral Container',
    ])
    expect(errors('[]', '[{name: d, image: x}]')[0]).toContain('existing ephemeral containers "d" may not be removed')
  })
})
