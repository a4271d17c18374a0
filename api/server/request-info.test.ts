import { expect, test } from 'bun:test'
import { negotiate } from './negotiation.ts'
import { parseRequest } from './request-info.ts'

// Cases after k8s.io/apiserver/pkg/endpoints/request/requestinfo_test.go: method, path, then
// verb group/version resource/subresource namespace name.
test.each([
  ['GET /api/v1/namespaces', 'list /v1 namespaces'],
  ['GET /api/v1/namespaces/other', 'get /v1 namespaces other other'],
  ['GET /api/v1/namespaces/other/pods', 'list /v1 pods other'],
  ['GET /api/v1/namespaces/other/pods/foo', 'get /v1 pods other foo'],
  ['HEAD /api/v1/namespaces/other/pods/foo', 'get /v1 pods other foo'],
  ['GET /api/v1/pods', 'list /v1 pods'],
  ['GET /api/v1/pods?watch=1', 'watch /v1 pods'],
  ['GET /api/v1/pods?watch=false', 'list /v1 pods'],
  ['GET /api/v1/watch/namespaces/other/pods', 'watch /v1 pods other'],
  ['GET /api/v1/namespaces/other/pods?fieldSelector=metadata.name%3Dfoo', 'list /v1 pods other foo'],
  ['GET /api/v1/namespaces/other/pods/foo/log', 'get /v1 pods/log other foo'],
  ['PUT /api/v1/namespaces/other/finalize', 'update /v1 namespaces/finalize other other'],
  ['PUT /api/v1/namespaces/other/status', 'update /v1 namespaces/status other other'],
  ['POST /api/v1/namespaces/other/pods', 'create /v1 pods other'],
  ['DELETE /api/v1/namespaces/other/pods', 'deletecollection /v1 pods other'],
  ['DELETE /api/v1/namespaces/other/pods/foo', 'delete /v1 pods other foo'],
  ['PATCH /apis/apps/v1/namespaces/other/deployments/foo/scale', 'patch apps/v1 deployments/scale other foo'],
  ['GET /apis/apps/v1/deployments', 'list apps/v1 deployments'],
  ['GET /apis/apps/v1', 'none'],
  ['GET /api/v1', 'none'],
  ['GET /healthz', 'none'],
  ['GET /api/v1/namespaces/%ff/pods', 'none'],
])('%s is %s', (line, expected) => {
  const [method, url] = line.split(' ') as [string, string]
  const [path, query] = url.split('?')
  const info = parseRequest(method, path!, new URLSearchParams(query))
  const what = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`
  const text = `${info.verb} ${info.group}/${info.version} ${what} ${info.namespace} ${info.name}`
    .replaceAll(/ +/g, ' ')
    .trim()
  expect(info.isResource ? text : 'none').toBe(expected)
})

test.each([
  [null, 'json '],
  ['*/*', 'json '],
  ['application/yaml', 'yaml '],
  ['application/vnd.kubernetes.protobuf,application/json', 'protobuf '],
  ['application/json;q=0.1, application/yaml;q=0.9', 'yaml '],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'json Table'],
  ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'json '],
  [
    'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    'json PartialObjectMetadata',
  ],
  ['text/html,application/*', 'json '],
])('Accept %p is answered in %p', (accept, expected) => {
  const { mediaType, as = '' } = negotiate(accept)
  expect(`${mediaType} ${as}`).toBe(expected)
})

test('an encoding we do not have is 406', () => {
  expect(() => negotiate('application/cbor')).toThrow('only the following media types are accepted')
})
