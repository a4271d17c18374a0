import { describe, expect, test } from 'bun:test'
import { conform } from '../schema/conform.ts'
import { schemaFor } from '../schema/schema.ts'
import { decodeBody, enforceFieldValidation, type FieldValidation } from './body.ts'
import { duplicateFields, parseJson } from './json.ts'
import { encodeProtobuf } from './protobuf.ts'

const deployment = { group: 'apps', version: 'v1', kind: 'Deployment' }
const pod = { group: '', version: 'v1', kind: 'Pod' }
const bytes = (text: string) => Buffer.from(text)
const decode = (text: string, gvk = deployment, type = 'application/json') => decodeBody(bytes(text), type, gvk)

describe('strict decoding', () => {
  // Source: kubernetes/test/integration/apiserver/field_validation_test.go.
  const body = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"unknown1":"val1","unknownDupe":"valDupe",
    "unknownDupe":"valDupe2","spec":{"unknown1":"val1","paused":true,"paused":false,
    "template":{"spec":{"containers":[{"name":"a","imagePullPolicy":"Always","imagePullPolicy":"Never","unknownNested":"x"}]}}}}`
  const errors = [
    'duplicate field "unknownDupe"',
    'duplicate field "spec.paused"',
    'duplicate field "spec.template.spec.containers[0].imagePullPolicy"',
    'unknown field "unknown1"',
    'unknown field "unknownDupe"',
    'unknown field "spec.unknown1"',
    'unknown field "spec.template.spec.containers[0].unknownNested"',
  ]

  test('names every unknown and duplicate field', () => expect(decode(body).strictErrors).toEqual(errors))

  test('the last of duplicate fields counts', () => {
    expect(decode(body).object).toMatchObject({
      spec: { template: { spec: { containers: [{ imagePullPolicy: 'Never' }] } } },
    })
  })

  test('Strict refuses, Warn warns, Ignore is silent', () => {
    const enforce = (mode: FieldValidation) => enforceFieldValidation(decode(body), deployment, mode)
    expect(() => enforce('Strict')).toThrow(
      `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${errors.join(', ')}`,
    )
    expect(enforce('Warn')).toEqual(errors)
    expect(enforce('Ignore')).toEqual([])
  })

  test('YAML too', () => {
    const yaml = 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  paused: true\n  foo: 1\n  paused: false\n'
    expect(decode(yaml, deployment, 'application/yaml').strictErrors).toEqual([
      'line 6: key "paused" already set in map',
      'unknown field "spec.foo"',
    ])
  })
})

describe('bodies', () => {
  test('kind and version come from the path when the body has none', () => {
    expect(decode('{"metadata":{"name":"a"}}').object).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' })
  })

  const refused: [string, string, string][] = [
    ['another kind', '{"apiVersion":"v1","kind":"Pod"}', 'Pod in version "v1" cannot be handled as a Deployment'],
    [
      'another version',
      '{"apiVersion":"apps/v1beta1","kind":"Deployment"}',
      'the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)',
    ],
    ['an unknown kind', '{"apiVersion":"v1","kind":"Foo"}', 'no kind "Foo" is registered for version "v1"'],
    ['a list', '[]', "couldn't get version/kind"],
    ['a cut-off text', '{"a":', 'json parse error: Unexpected EOF'],
    ['deep nesting', `${'['.repeat(2000)}${']'.repeat(2000)}`, 'exceeded max depth'],
    [
      'a wrong type',
      '{"spec":{"replicas":"x"}}',
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string',
    ],
  ]
  for (const [name, text, message] of refused)
    test(`${name} is a 400`, () => expect(() => decode(text)).toThrow(message))

  test('an encoding we do not read is a 415', () => {
    expect(() => decode('{}', pod, 'application/cbor')).toThrow('the body of the request was in an unknown format')
  })

  test('protobuf', () => {
    const schema = schemaFor('', 'v1', 'Pod')!
    const object = { apiVersion: 'v1', kind: 'Pod', ...conform({ metadata: { name: 'p' } }, schema).object }
    const decoded = decodeBody(encodeProtobuf(object, schema), 'application/vnd.kubernetes.protobuf', pod)
    expect(decoded.object).toEqual(object)
    expect(() => decodeBody(bytes('{}'), 'application/vnd.kubernetes.protobuf', pod)).toThrow('expected prefix k8s')
  })
})

describe('parseJson', () => {
  test('counts keys, not colons in strings', () => {
    expect(parseJson('{"a:":"b:\\":","c":{"d":[":",{"e":1}]}}').keyCount).toBe(4)
  })

  test('duplicates in lists, nested and with escapes', () => {
    expect(duplicateFields('{"a":[{"b":1},{"b":1,"\\u0062":2}],"c\\"":1,"c\\"":{"x":[],"x":{}}}')).toEqual([
      'a[1].b',
      'c"',
      'c".x',
    ])
  })
})
