import { expect, test } from 'bun:test'
import { pullCredentials } from './credentials.ts'
import { defaultPullPolicy, formatReference, parseReference } from './reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['nginx', 'docker.io/library/nginx:latest', 'Always'],
  ['nginx:1.25', 'docker.io/library/nginx:1.25', 'IfNotPresent'],
  ['user/app', 'docker.io/user/app:latest', 'Always'],
  ['localhost/app:2', 'localhost/app:2', 'IfNotPresent'],
  ['127.0.0.1:5000/a/b/c:d', '127.0.0.1:5000/a/b/c:d', 'IfNotPresent'],
  [`example.com/app@${digest}`, `example.com/app@${digest}`, 'IfNotPresent'],
  [`example.com/app:1@${digest}`, `example.com/app:1@${digest}`, 'IfNotPresent'],
])('%s', (text, full, policy) => {
  expect(formatReference(parseReference(text)!)).toBe(full)
  expect(defaultPullPolicy(text)).toBe(policy as 'Always')
})

test.each(['', 'UPPER', 'a//b', 'a:', 'a b', '-x', 'app@sha256:short'])('%j is no image name', (text) => {
  expect(parseReference(text)).toBeUndefined()
})

const secret = (auths: object) => ({
  data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
})
const auth = (user: string) => ({ auth: Buffer.from(`${user}:pass:word`).toString('base64') })

test('the most specific pull secret comes first, and those for other places do not come at all', () => {
  const secrets = [
    secret({ 'reg.example': auth('host'), 'reg.example/team': auth('team'), 'other.example': auth('other') }),
    secret({ '*.example': auth('any'), 'https://index.docker.io/v1/': { username: 'hub', password: 'h' } }),
    { data: { '.dockerconfigjson': 'bm90IGpzb24=' } },
  ]
  const users = (image: string) => pullCredentials(image, secrets).map(({ username }) => username)
  expect(users('reg.example/team/app')).toEqual(['team', 'host', 'any'])
  expect(users('reg.example/app')).toEqual(['host', 'any'])
  expect(users('deep.reg.example/app')).toEqual([])
  expect(users('nginx')).toEqual(['hub'])
  expect(pullCredentials('reg.example/app', secrets)[0]!.password).toBe('pass:word')
})
