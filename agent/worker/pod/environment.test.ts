import { expect, test } from 'bun:test'
import { podDns, podHostname } from './dns.ts'
import { expand } from './expansion.ts'
import { fieldValue, resourceValue } from './fields.ts'
import { testPod } from './model.ts'
import { cpuAndMemory, cpuWeight, oomScoreAdjust, podCpuAndMemory } from './resources.ts'

test('variables in text', () => {
  const variables = new Map([
    ['A', '1'],
    ['EMPTY', ''],
  ])
  const cases = {
    '$(A)': '1',
    '$$(A)': '$(A)',
    '$$$(A)': '$1',
    '$(B)': '$(B)',
    $A: '$A',
    $: '$',
    '$(EMPTY)x': 'x',
    '$(A': '$(A',
  }
  for (const [text, wanted] of Object.entries(cases)) expect(expand(text, variables)).toBe(wanted)
})

test('fields of the downward API', () => {
  const pod = testPod({ nodeName: 'n' }, { metadata: { name: 'p', labels: { b: '2', a: 'x"y' } } })
  const context = { hostIPs: ['10.0.0.1'], podIPs: ['10.1.0.1', 'fd00::1'], allocatable: { cpu: '2', memory: '1Gi' } }
  expect(fieldValue(pod, 'metadata.labels', context)).toBe('a="x\\"y"\nb="2"')
  expect(fieldValue(pod, "metadata.labels['b']", context)).toBe('2')
  expect(fieldValue(pod, 'status.podIPs', context)).toBe('10.1.0.1,fd00::1')
  expect(() => fieldValue(pod, 'spec.secret', context)).toThrow('unsupported fieldPath')
  const container = { name: 'c', resources: { limits: { memory: '100Mi' }, requests: { cpu: '250m' } } }
  const value = (resource: string, divisor?: string) => resourceValue(pod, container, { resource, divisor }, context)
  expect(value('limits.memory', '1Mi')).toBe('100')
  expect(value('requests.cpu', '1m')).toBe('250')
  expect(value('requests.cpu')).toBe('1')
  expect(value('limits.cpu')).toBe('2')
})

test.each([
  [{}, { cpuShares: 2, cpuQuotaMicros: undefined, memoryLimitBytes: undefined }],
  [{ requests: { cpu: '1' } }, { cpuShares: 1024, cpuQuotaMicros: undefined }],
  [{ limits: { cpu: '500m', memory: '1Ki' } }, { cpuShares: 512, cpuQuotaMicros: 50_000, memoryLimitBytes: 1024 }],
  [{ limits: { cpu: '1m' } }, { cpuShares: 2, cpuQuotaMicros: 1000 }],
])('%j', (resources, wanted) => {
  expect(cpuAndMemory(resources)).toMatchObject(wanted)
})

test('a pod is limited when all its containers are; init containers count by the largest', () => {
  const container = (name: string, cpu?: string) => ({ name, resources: cpu ? { limits: { cpu } } : {} })
  const of = (containers: ReturnType<typeof container>[], initContainers: ReturnType<typeof container>[] = []) =>
    podCpuAndMemory(testPod({ containers, initContainers })).cpuQuotaMicros
  expect(of([container('a', '1'), container('b', '1')])).toBe(200_000)
  expect(of([container('a', '1'), container('b')])).toBeUndefined()
  expect(of([container('a', '1')], [container('i', '3')])).toBe(300_000)
})

test('OOM scores and weights as upstream', () => {
  const pod = (qosClass: string) => testPod({}, { status: { qosClass } })
  const container = { name: 'a', resources: { requests: { memory: '4Gi' } } }
  const capacity = 8 * 2 ** 30
  expect(oomScoreAdjust(pod('Guaranteed'), container, capacity)).toBe(-997)
  expect(oomScoreAdjust(pod('BestEffort'), container, capacity)).toBe(1000)
  expect(oomScoreAdjust(pod('Burstable'), container, capacity)).toBe(500)
  expect(oomScoreAdjust(pod('Burstable'), { name: 'a' }, capacity)).toBe(999)
  expect([cpuWeight(2), cpuWeight(1024), cpuWeight(262144)]).toEqual([1, 39, 10000])
})

test('DNS by policy, and names', () => {
  const cluster = { address: '10.43.0.10', domain: 'cluster.local' }
  const host = { servers: ['1.1.1.1'], searches: ['corp'], options: ['rotate'] }
  const dns = (spec: object) => podDns(testPod(spec), cluster, host)
  const own = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp']
  expect(dns({})).toEqual({ servers: ['10.43.0.10'], searches: own, options: ['ndots:5'] })
  expect(dns({ hostNetwork: true })).toEqual(host)
  expect(dns({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }).servers).toEqual(['10.43.0.10'])
  expect(dns({ dnsPolicy: 'Default' })).toEqual(host)
  expect(
    dns({ dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'], options: [{ name: 'ndots', value: '1' }] } }),
  ).toEqual({
    ...{ servers: ['9.9.9.9'], searches: [], options: ['ndots:1'] },
  })
  expect(podHostname(testPod({ hostname: 'h', subdomain: 's' }), 'd').fqdn).toBe('h.s.default.svc.d')
  expect(
    podHostname(testPod({}, { metadata: { name: `${'x'.repeat(62)}-y`, namespace: 'n', uid: 'u' } }), 'd').hostname,
  ).toBe('x'.repeat(62))
})
