import { describe, expect, test } from 'bun:test'
import { parse } from 'yaml'
import { ObjectMaker, seeded } from '../../codec/random-object.ts'
import { conform, type JsonObject } from '../conform.ts'
import { resourcesServed } from '../resource.ts'
import { schemaFor } from '../schema.ts'
import { applyDefaults } from './default.ts'

function defaulted(group: string, kind: string, object: object, version = 'v1'): JsonObject {
  const conformed = conform(object, schemaFor(group, version, kind)!).object
  applyDefaults(conformed, group, version, kind)
  return conformed
}

interface Case {
  name: string
  group?: string
  kind: string
  object: string
  /** Every path here must have this value. */
  expect: string
}

// Source: pkg/apis/{core,apps,batch,...}/v1/defaults_test.go, and what `kubectl create -f x -o yaml` shows upstream.
const cases: Case[] = [
  {
    name: 'a pod of one container',
    kind: 'Pod',
    object: 'spec: {containers: [{name: c, image: nginx}], volumes: [{name: v}, {name: w, configMap: {name: x}}]}',
    expect: `spec:
  containers: [{imagePullPolicy: Always, terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File, resources: {}}]
  volumes: [{emptyDir: {}}, {configMap: {defaultMode: 420}}]
  dnsPolicy: ClusterFirst
  restartPolicy: Always
  securityContext: {}
  terminationGracePeriodSeconds: 30
  schedulerName: default-scheduler
  enableServiceLinks: true`,
  },
  {
    name: 'requests are limits where not given',
    kind: 'Pod',
    object:
      'spec: {containers: [{name: c, image: "a:1", resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 100m}}}]}',
    expect: 'spec: {containers: [{imagePullPolicy: IfNotPresent, resources: {requests: {cpu: 100m, memory: 1Gi}}}]}',
  },
  {
    name: 'requests of the whole pod',
    kind: 'Pod',
    object: `spec: {resources: {limits: {cpu: 2, memory: 1Gi}}, containers: [{name: a, resources: {requests: {cpu: 250m}}},
      {name: b, resources: {requests: {cpu: 500m}}}]}`,
    expect: 'spec: {resources: {requests: {cpu: 750m, memory: 1Gi}}}',
  },
  {
    name: 'probes and their handlers',
    kind: 'Pod',
    object:
      'spec: {containers: [{name: c, livenessProbe: {httpGet: {port: 80}}, lifecycle: {preStop: {httpGet: {port: 1}}}}]}',
    expect: `spec: {containers: [{livenessProbe: {timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3,
      httpGet: {path: /, scheme: HTTP}}, lifecycle: {preStop: {httpGet: {path: /, scheme: HTTP}}}}]}`,
  },
  {
    name: 'host network gives host ports',
    kind: 'Pod',
    object: 'spec: {hostNetwork: true, containers: [{name: c, ports: [{containerPort: 80}]}]}',
    expect: 'spec: {containers: [{ports: [{hostPort: 80, protocol: TCP}]}]}',
  },
  {
    name: 'a deployment and the pods it makes',
    group: 'apps',
    kind: 'Deployment',
    object: 'spec: {template: {spec: {containers: [{name: c, image: "h:5000/a"}]}}}',
    expect: `spec:
  replicas: 1
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
  revisionHistoryLimit: 10
  progressDeadlineSeconds: 600
  template: {spec: {restartPolicy: Always, containers: [{imagePullPolicy: Always}]}}`,
  },
  {
    name: 'Recreate has no rolling update',
    group: 'apps',
    kind: 'Deployment',
    object: 'spec: {replicas: 0, strategy: {type: Recreate}}',
    expect: 'spec: {replicas: 0, strategy: {type: Recreate, rollingUpdate: null}}',
  },
  {
    name: 'a daemon set',
    group: 'apps',
    kind: 'DaemonSet',
    object: 'spec: {}',
    expect:
      'spec: {updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}, revisionHistoryLimit: 10}',
  },
  {
    name: 'a stateful set',
    group: 'apps',
    kind: 'StatefulSet',
    object: 'spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {}}]}',
    expect: `spec:
  podManagementPolicy: OrderedReady
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain}
  volumeClaimTemplates: [{spec: {volumeMode: Filesystem}, status: {phase: Pending}}]`,
  },
  {
    name: 'a service',
    kind: 'Service',
    object: 'spec: {ports: [{port: 80}, {port: 81, targetPort: web, protocol: UDP}]}',
    expect: `spec:
  type: ClusterIP
  sessionAffinity: None
  internalTrafficPolicy: Cluster
  externalTrafficPolicy: null
  ports: [{protocol: TCP, targetPort: 80}, {protocol: UDP, targetPort: web}]`,
  },
  {
    name: 'a load balancer with affinity',
    kind: 'Service',
    object: 'spec: {type: LoadBalancer, sessionAffinity: ClientIP, ports: []}',
    expect: `spec: {allocateLoadBalancerNodePorts: true, externalTrafficPolicy: Cluster,
      sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}}`,
  },
  {
    name: 'a namespace',
    kind: 'Namespace',
    object: 'metadata: {name: n}',
    expect: 'metadata: {labels: {kubernetes.io/metadata.name: n}}\nstatus: {phase: Active}',
  },
  { name: 'a secret', kind: 'Secret', object: '{}', expect: 'type: Opaque' },
  {
    name: 'a job',
    group: 'batch',
    kind: 'Job',
    object: 'spec: {template: {metadata: {labels: {a: b}}}}',
    expect: `metadata: {labels: {a: b}}
spec: {completions: 1, parallelism: 1, backoffLimit: 6, completionMode: NonIndexed, suspend: false, podReplacementPolicy: TerminatingOrFailed}`,
  },
  {
    name: 'a work queue has no completions',
    group: 'batch',
    kind: 'Job',
    object: 'spec: {parallelism: 3}',
    expect: 'spec: {completions: null, parallelism: 3}',
  },
  {
    name: 'a cron job',
    group: 'batch',
    kind: 'CronJob',
    object: 'spec: {jobTemplate: {spec: {template: {spec: {}}}}}',
    expect: `spec: {concurrencyPolicy: Allow, suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1,
      jobTemplate: {spec: {template: {spec: {dnsPolicy: ClusterFirst}}}}}`,
  },
  {
    name: 'a role binding',
    group: 'rbac.authorization.k8s.io',
    kind: 'RoleBinding',
    object: 'roleRef: {kind: Role, name: r}\nsubjects: [{kind: User, name: u}, {kind: ServiceAccount, name: s}]',
    expect:
      'roleRef: {apiGroup: rbac.authorization.k8s.io}\nsubjects: [{apiGroup: rbac.authorization.k8s.io}, {apiGroup: null}]',
  },
  {
    name: 'an endpoint slice',
    group: 'discovery.k8s.io',
    kind: 'EndpointSlice',
    object: 'ports: [{port: 80}]',
    expect: 'ports: [{name: "", protocol: TCP}]',
  },
  {
    name: 'a network policy',
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    object: 'spec: {podSelector: {}, egress: [{ports: [{port: 53}]}]}',
    expect: 'spec: {policyTypes: [Ingress, Egress], egress: [{ports: [{protocol: TCP}]}]}',
  },
  {
    name: 'a limit range',
    kind: 'LimitRange',
    object: 'spec: {limits: [{type: Container, max: {cpu: 2}, min: {memory: 1Mi}}]}',
    expect: 'spec: {limits: [{default: {cpu: "2"}, defaultRequest: {cpu: "2", memory: 1Mi}}]}',
  },
]

describe('defaults', () => {
  for (const { name, group = '', kind, object, expect: wanted } of cases) {
    test(name, () => {
      const made = defaulted(group, kind, parse(object))
      check(made, parse(wanted), '')
    })
  }

  test('a digest is not latest, a port is no tag', () => {
    const policy = (image: string) => {
      const pod = defaulted('', 'Pod', { spec: { containers: [{ name: 'c', image }] } })
      return (pod.spec as { containers: { imagePullPolicy: string }[] }).containers[0]!.imagePullPolicy
    }
    expect(policy(`a@sha256:${'0'.repeat(64)}`)).toBe('IfNotPresent')
    expect(policy('a:latest')).toBe('Always')
    expect(policy('h:5000/b')).toBe('Always')
    expect(policy('h:5000/b:1.2')).toBe('IfNotPresent')
    expect(policy(`a:latest@sha256:${'0'.repeat(64)}`)).toBe('Always')
  })

  test('defaulting twice changes nothing, and leaves the kind its shape', () => {
    for (const [index, r] of resourcesServed().entries()) {
      const schema = schemaFor(r.group, r.version, r.kind)!
      for (let round = 0; round < 10; round++) {
        const made = defaulted(
          r.group,
          r.kind,
          new ObjectMaker(seeded(index * 100 + round), 0.5).object(schema),
          r.version,
        )
        const again = structuredClone(made)
        applyDefaults(again, r.group, r.version, r.kind)
        expect(again).toEqual(made)
        expect(conform(made, schema).object).toEqual(made)
      }
    }
  })
})

/** Everything in `wanted` is in `made`; null stands for absence. */
function check(made: unknown, wanted: unknown, path: string): void {
  if (wanted === null) expect({ path, value: made }).toEqual({ path, value: undefined })
  else if (typeof wanted !== 'object') expect({ path, value: made }).toEqual({ path, value: wanted })
  else if (Object.keys(wanted).length === 0) expect({ path, value: made }).toEqual({ path, value: wanted })
  else for (const [key, item] of Object.entries(wanted)) check((made as JsonObject)?.[key], item, `${path}.${key}`)
}
