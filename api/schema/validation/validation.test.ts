import { describe, expect, test } from 'bun:test'
import { ObjectMaker, seeded } from '../../codec/random-object.ts'
import { conform } from '../conform.ts'
import { applyDefaults } from '../default/default.ts'
import { resourceOfKind, resourcesServed } from '../resource.ts'
import { schemaFor } from '../schema.ts'
import { isIpv6 } from './format.ts'
import { container, made } from './test-object.ts'
import { validateObject, validateObjectUpdate } from './validation.ts'

function errorsOf(group: string, kind: string, text: string): string[] {
  const { namespaced } = resourceOfKind(group, 'v1', kind)!
  const causes = validateObject(made(group, kind, text), { group, version: 'v1', kind }, namespaced)
  return causes.map(({ field, message }) => `${field}: ${message}`)
}

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

// Sources: pkg/apis/core/validation/validation_test.go, the other groups' validation_test.go, and what kubectl prints
// for these objects upstream.
const cases: [string, string, string, string, string[]][] = [
  ['a good pod', '', 'Pod', `spec: {${container}}`, []],
  ['no containers', '', 'Pod', 'spec: {}', ['spec.containers: Required value']],
  [
    'a container without name and image',
    '',
    'Pod',
    'spec: {containers: [{}]}',
    ['spec.containers[0].name: Required value', 'spec.containers[0].image: Required value'],
  ],
  [
    'an upper-case name',
    '',
    'Pod',
    'spec: {containers: [{name: Abc, image: i}]}',
    [`spec.containers[0].name: Invalid value: "Abc": ${label}`],
  ],
  [
    'two containers of one name',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i}, {name: c, image: i}]}',
    ['spec.containers[1].name: Duplicate value: "c"'],
  ],
  [
    'a restart policy that is none',
    '',
    'Pod',
    `spec: {${container}, restartPolicy: Foo}`,
    ['spec.restartPolicy: Unsupported value: "Foo": supported values: "Always", "Never", "OnFailure"'],
  ],
  [
    'a pull policy that is none',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, imagePullPolicy: always}]}',
    [
      'spec.containers[0].imagePullPolicy: Unsupported value: "always": supported values: "Always", "IfNotPresent", "Never"',
    ],
  ],
  [
    'a port out of range',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, ports: [{containerPort: 70000}]}]}',
    ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
  ],
  [
    'a mount of no volume',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /x}]}]}',
    ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  ],
  [
    'a request above its limit',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, resources: {limits: {cpu: 1}, requests: {cpu: 2}}}]}',
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'a volume with two sources',
    '',
    'Pod',
    `spec: {${container}, volumes: [{name: v, emptyDir: {}, hostPath: {path: /}}]}`,
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a config map without a name',
    '',
    'Pod',
    `spec: {${container}, volumes: [{name: v, configMap: {}}]}`,
    ['spec.volumes[0].configMap.name: Required value'],
  ],
  [
    'an escaping path',
    '',
    'Pod',
    `spec: {${container}, volumes: [{name: v, secret: {secretName: s, items: [{key: k, path: ../x}]}}]}`,
    ['spec.volumes[0].secret.items[0].path: Invalid value: "../x": must not contain \'..\''],
  ],
  [
    'a probe without handler',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, readinessProbe: {}}]}',
    ['spec.containers[0].readinessProbe: Required value: must specify a handler type'],
  ],
  [
    'a liveness probe that must succeed twice',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, livenessProbe: {exec: {command: [x]}, successThreshold: 2}}]}',
    ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
  ],
  [
    'an environment variable from two sources',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, env: [{name: E, value: v, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]}',
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    'a field that cannot be referred to',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, env: [{name: E, valueFrom: {fieldRef: {fieldPath: spec.foo}}}]}]}',
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "spec.foo": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
    ],
  ],
  [
    'an unknown resource',
    '',
    'Pod',
    'spec: {containers: [{name: c, image: i, resources: {limits: {foo: 1}}}]}',
    [
      'spec.containers[0].resources.limits: Invalid value: "foo": must be a standard resource for containers',
      'spec.containers[0].resources.requests: Invalid value: "foo": must be a standard resource for containers',
    ],
  ],
  ['a toleration of everything', '', 'Pod', `spec: {${container}, tolerations: [{operator: Exists}]}`, []],
  [
    'a bad label',
    '',
    'Pod',
    `metadata: {labels: {a b: c}}\nspec: {${container}}`,
    [
      "metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ],
  [
    'a good deployment',
    'apps',
    'Deployment',
    `spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {${container}}}}`,
    [],
  ],
  [
    'a selector that does not match',
    'apps',
    'Deployment',
    `spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: c}}, spec: {${container}}}}`,
    ['spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`'],
  ],
  [
    'a deployment of pods that end',
    'apps',
    'Deployment',
    `spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, ${container}}}}`,
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'fewer than no replicas',
    'apps',
    'Deployment',
    `spec: {replicas: -1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {${container}}}}`,
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'a mount of what a claim template gives',
    'apps',
    'StatefulSet',
    'spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, volumeMounts: [{name: data, mountPath: /d}, {name: other, mountPath: /o}]}]}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}',
    ['spec.template.spec.containers[0].volumeMounts[1].name: Not found: "other"'],
  ],
  ['no selector', 'apps', 'Deployment', `spec: {template: {spec: {${container}}}}`, ['spec.selector: Required value']],
  [
    'a roll-out that cannot move',
    'apps',
    'Deployment',
    `spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {${container}}}}`,
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ],
  ['a service without ports', '', 'Service', 'spec: {selector: {a: b}}', ['spec.ports: Required value']],
  ['a headless service without ports', '', 'Service', 'spec: {clusterIP: None}', []],
  [
    'ports that need names',
    '',
    'Service',
    'spec: {ports: [{port: 80}, {port: 81, name: b}]}',
    ['spec.ports[0].name: Required value'],
  ],
  [
    'a port twice',
    '',
    'Service',
    'spec: {ports: [{port: 80, name: a}, {port: 80, name: b}]}',
    ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}'],
  ],
  [
    'a node port of a cluster address',
    '',
    'Service',
    'spec: {ports: [{port: 80, nodePort: 30000}]}',
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  ['an external name that is none', '', 'Service', 'spec: {type: ExternalName}', ['spec.externalName: Required value']],
  [
    'a service name that begins with a digit',
    '',
    'Service',
    'metadata: {name: 1a}\nspec: {ports: [{port: 80}]}',
    [
      "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [
    'a config map key that is none',
    '',
    'ConfigMap',
    'data: {a/b: c}',
    [
      "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [
    'a TLS secret without a key',
    '',
    'Secret',
    'type: kubernetes.io/tls\ndata: {tls.crt: AA==}',
    ['data[tls.key]: Required value'],
  ],
  [
    'a role binding to no role',
    'rbac.authorization.k8s.io',
    'RoleBinding',
    'roleRef: {kind: Foo, name: r}',
    ['roleRef.kind: Unsupported value: "Foo": supported values: "ClusterRole", "Role"'],
  ],
  [
    'a rule without verbs',
    'rbac.authorization.k8s.io',
    'Role',
    'rules: [{apiGroups: [""], resources: [pods]}]',
    ['rules[0].verbs: Required value: verbs must contain at least one value'],
  ],
  ['a role name with a colon', 'rbac.authorization.k8s.io', 'ClusterRole', 'metadata: {name: "system:node"}', []],
  [
    'a job of pods that never end',
    'batch',
    'Job',
    `spec: {template: {spec: {restartPolicy: Always, ${container}}}}`,
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'a cron job with a long name',
    'batch',
    'CronJob',
    `metadata: {name: ${'a'.repeat(53)}}\nspec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, ${container}}}}}}`,
    [`metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`],
  ],
  [
    'an autoscaler of nothing',
    'autoscaling',
    'HorizontalPodAutoscaler',
    'spec: {minReplicas: 3, maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: d}}',
    ['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
  ],
  [
    'two kinds of budget',
    'policy',
    'PodDisruptionBudget',
    'spec: {minAvailable: 1, maxUnavailable: 1}',
    ['spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set'],
  ],
  [
    'an endpoint of another family',
    'discovery.k8s.io',
    'EndpointSlice',
    'addressType: IPv4\nendpoints: [{addresses: ["::1"]}]',
    ['endpoints[0].addresses[0]: Invalid value: "::1": must be an IPv4 address'],
  ],
  [
    'a namespaced name in a cluster kind',
    '',
    'Node',
    'metadata: {namespace: x}',
    ['metadata.namespace: Forbidden: not allowed on this type'],
  ],
]

describe('objects', () => {
  for (const [name, group, kind, text, expected] of cases) {
    test(`${kind}: ${name}`, () => expect(errorsOf(group, kind, text)).toEqual(expected))
  }
})

test('addresses', () => {
  for (const good of ['::', '::1', '2001:db8::ffff', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4', 'fe80::1'])
    expect(isIpv6(good)).toBe(true)
  for (const bad of [
    '',
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1.2.3.4',
    '::1.2.3',
    '1:2:3:4:5:6:7:8:9',
  ]) {
    expect([bad, isIpv6(bad)]).toEqual([bad, false])
  }
})

test('no object makes validation throw', () => {
  for (const [index, r] of resourcesServed().entries()) {
    const schema = schemaFor(r.group, r.version, r.kind)!
    for (let round = 0; round < 30; round++) {
      const random = () => {
        const object = conform(new ObjectMaker(seeded(index * 1000 + round), 0.6).object(schema), schema).object
        applyDefaults(object, r.group, r.version, r.kind)
        return object
      }
      validateObject(random(), r, r.namespaced)
      validateObjectUpdate(random(), random(), r)
    }
  }
})
