import { describe, expect, test } from 'bun:test'
import { conform, emptyObject } from './conform.ts'
import { schemaFor } from './schema.ts'

const pod = schemaFor('', 'v1', 'Pod')!
const deployment = schemaFor('apps', 'v1', 'Deployment')!
const withContainer = (container: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'c', image: 'i', ...container }], ...more },
})
const container = (object: object) => (conform(object, pod).object.spec as { containers: object[] }).containers[0]

describe('shape', () => {
  test('zero values of omitempty fields go, pointers to zero stay', () => {
    const { object } = conform(withContainer({ stdin: false, command: [] }, { hostNetwork: false, priority: 0 }), pod)
    expect(object.spec).toEqual({ containers: [{ name: 'c', image: 'i', resources: {} }], priority: 0 })
  })

  test('what Go always writes is filled in', () => {
    expect(emptyObject(schemaFor('', 'v1', 'Service')!)).toEqual({
      metadata: {},
      spec: {},
      status: { loadBalancer: {} },
    })
    expect(container(withContainer({ ports: [{ containerPort: 80 }] }))).toMatchObject({
      ports: [{ containerPort: 80, protocol: 'TCP' }],
    })
  })

  test('null is absence', () => {
    const { object } = conform({ metadata: { creationTimestamp: null, labels: null }, spec: null }, pod)
    expect(object.metadata).toEqual({})
  })

  test('quantities and times become canonical', () => {
    expect(container(withContainer({ resources: { limits: { cpu: 1, memory: '1024Mi' } } }))).toMatchObject({
      resources: { limits: { cpu: '1', memory: '1Gi' } },
    })
    const { object } = conform({ metadata: { creationTimestamp: '2026-01-02T03:04:05.5+01:00' } }, pod)
    expect(object.metadata).toEqual({ creationTimestamp: '2026-01-02T02:04:05Z' })
  })

  test('keys that JavaScript gives a meaning are ordinary keys', () => {
    const configMap = JSON.parse('{"data":{"__proto__":"a","constructor":"b"}}')
    const { object } = conform(configMap, schemaFor('', 'v1', 'ConfigMap')!)
    expect(JSON.stringify(object.data)).toBe('{"__proto__":"a","constructor":"b"}')
    expect(conform(JSON.parse('{"__proto__":{"x":1}}'), pod).unknownFields).toEqual(['__proto__'])
  })

  test('conforming twice changes nothing', () => {
    const once = conform(withContainer({ resources: { limits: { cpu: '1.5' } } }), pod).object
    expect(conform(once, pod).object).toEqual(once)
  })
})

describe('unknown fields', () => {
  test('are dropped and named with their paths', () => {
    const { object, unknownFields } = conform({ ...withContainer({ foo: { a: 1 } }), bar: 1 }, pod)
    expect(unknownFields).toEqual(['spec.containers[0].foo', 'bar'])
    expect(JSON.stringify(object)).not.toContain('foo')
  })

  test('all keys are counted, those of unknown and raw values too', () => {
    expect(conform({ a: { b: [{ c: 1 }] }, metadata: { labels: { x: 'y' } } }, pod).keyCount).toBe(6)
  })

  test('at most 100 are named', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1]))
    expect(conform(many, pod).unknownFields.length).toBe(100)
  })
})

// Source: Go's encoding/json UnmarshalTypeError, as users see it from kubectl apply --validate=false.
const wrongTypes: [string, object, string][] = [
  [
    'string for int',
    { spec: { replicas: '3' } },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'fraction for int',
    { spec: { replicas: 1.5 } },
    'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'number for string',
    { metadata: { name: 1 } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
  ],
  [
    'number in labels',
    { metadata: { labels: { a: 1 } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels.a of type string',
  ],
  [
    'object for list',
    { spec: { template: { spec: { containers: {} } } } },
    'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
  ],
  [
    'string for object',
    { spec: 'x' },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec of type v1.DeploymentSpec',
  ],
  [
    'bad time',
    { metadata: { creationTimestamp: 'x' } },
    'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x"',
  ],
]

describe('wrong types', () => {
  for (const [name, object, message] of wrongTypes) {
    test(name, () => expect(() => conform(object, deployment)).toThrow(message))
  }
  test('bad base64', () => {
    expect(() => conform({ data: { a: '!!!' } }, schemaFor('', 'v1', 'Secret')!)).toThrow(
      'illegal base64 data at input byte 0',
    )
  })
  test('no object at all', () => {
    expect(() => conform([], pod)).toThrow('json: cannot unmarshal array into Go value of type v1.Pod')
  })
})
