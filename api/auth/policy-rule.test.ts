import { expect, test } from 'bun:test'
import type { Attributes } from './authorizer.ts'
import { ruleAllows, uncovered } from './policy-rule.ts'

// Cases after kubernetes/pkg/registry/rbac/validation and pkg/apis/rbac/v1/evaluation_helpers.

const user = { name: 'u', groups: [] }
const ask = (text: string): Attributes => {
  const [verb = '', group = '', resource = '', name = ''] = text.split(' ')
  const [plain = '', subresource = ''] = resource.split('/')
  if (group.startsWith('/')) {
    return {
      user,
      verb,
      isResource: false,
      path: group,
      group: '',
      version: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
    }
  }
  return {
    ...{ user, verb, isResource: true, path: '', version: 'v1', namespace: 'ns' },
    ...{ group: group === 'core' ? '' : group, resource: plain, subresource, name },
  }
}

const rule = (verbs: string, apiGroups: string, resources: string, names?: string) => ({
  verbs: verbs.split(','),
  apiGroups: apiGroups.split(',').map((group) => (group === 'core' ? '' : group)),
  resources: resources.split(','),
  ...(names && { resourceNames: names.split(',') }),
})

test.each([
  [rule('get', 'core', 'pods'), 'get core pods x', true],
  [rule('get', 'core', 'pods'), 'list core pods', false],
  [rule('get', 'core', 'pods'), 'get core pods/log x', false],
  [rule('get', 'core', 'pods/log'), 'get core pods/log x', true],
  [rule('get', 'core', '*/log'), 'get core pods/log x', true],
  [rule('get', 'core', '*'), 'get core pods/log x', true],
  [rule('*', '*', '*'), 'delete apps deployments x', true],
  [rule('get', 'apps', '*'), 'get core pods x', false],
  [rule('get', 'core', 'pods', 'a,b'), 'get core pods b', true],
  [rule('get', 'core', 'pods', 'a,b'), 'get core pods c', false],
  [rule('list', 'core', 'pods', 'a'), 'list core pods', false],
  [{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, 'get /healthz/ping', true],
  [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }, 'get /healthz/ping', false],
  [{ verbs: ['get'], nonResourceURLs: ['*'] }, 'get core pods x', false],
])('%j allows "%s": %p', (given, asked, expected) => {
  expect(ruleAllows(given, ask(asked))).toBe(expected)
})

test('what is not held is found, grant by grant', () => {
  const owned = [
    rule('get,list', 'core', 'pods,*/status'),
    rule('*', 'apps', '*'),
    rule('get', 'core', 'secrets', 'mine'),
  ]
  expect(uncovered(owned, [rule('get', 'core', 'pods')])).toEqual([])
  expect(uncovered(owned, [rule('get', 'core', 'nodes/status')])).toEqual([])
  expect(uncovered(owned, [rule('delete', 'apps', 'deployments')])).toEqual([])
  expect(uncovered(owned, [rule('get', 'core', 'secrets', 'mine')])).toEqual([])
  expect(uncovered(owned, [rule('get', 'core', 'secrets')])).toHaveLength(1)
  expect(uncovered(owned, [rule('get,create', 'core', 'pods')])).toEqual([rule('create', 'core', 'pods')])
  expect(uncovered([rule('*', '*', '*')], [{ verbs: ['get'], nonResourceURLs: ['/x'] }])).toHaveLength(1)
})
