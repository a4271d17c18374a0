import { describe, expect, test } from 'bun:test'
import type { Pod, Service, ServiceSpec } from '../../../api/schema/generated/types/core-v1.ts'
import type { Endpoint, EndpointSlice } from '../../../api/schema/generated/types/discovery-v1.ts'
import type { Frontend, NodeFacts } from './frontend.ts'
import { hostPortFrontends } from './host-ports.ts'
import { serviceFrontends } from './service-frontends.ts'

const facts: NodeFacts = {
  nodeName: 'one',
  family: 'IPv4',
  podCidr: '10.42.0.0/24',
  clusterCidrs: ['10.42.0.0/16'],
  serviceCidr: '10.43.0.0/16',
  ownServiceAddresses: ['10.43.0.1', '10.43.0.10'],
}

const here = { addresses: ['10.42.0.2'], nodeName: 'one' }
const there = { addresses: ['10.42.1.2'], nodeName: 'two' }
const terminating = { ready: false, serving: true, terminating: true }

const sliceOf = (endpoints: Endpoint[], port = 8080): EndpointSlice => ({
  addressType: 'IPv4',
  ports: [{ name: 'http', port, protocol: 'TCP' }],
  endpoints,
})

function frontends(spec: ServiceSpec, endpoints: Endpoint[] = [here, there], status?: Service['status']): Frontend[] {
  const ports = [{ name: 'http', port: 80, nodePort: spec.type === 'NodePort' ? 30080 : undefined }]
  return serviceFrontends({ spec: { clusterIP: '10.43.0.7', ports, ...spec }, status }, [sliceOf(endpoints)], facts)
}

const addresses = (list: { address: string }[] | undefined) => (list ?? []).map(({ address }) => address)

describe('kinds of services', () => {
  test('ClusterIP', () => {
    expect(frontends({})).toMatchObject([
      {
        address: '10.43.0.7',
        protocol: 'tcp',
        port: 80,
        scope: 'cluster',
        endpoints: [{ address: '10.42.0.2', port: 8080, isLocal: true }, { isLocal: false }],
      },
    ])
  })

  test.each<[string, ServiceSpec]>([
    ['headless', { clusterIP: 'None' }],
    ['ExternalName', { type: 'ExternalName', clusterIP: '', externalName: 'x.example' }],
    ['without an address yet', { clusterIP: '' }],
    ['of the other family', { clusterIP: 'fd00::1' }],
    ["the API's own", { clusterIP: '10.43.0.1' }],
    ['with an address that is none', { clusterIP: '10.43.0.7 }; flush ruleset' }],
  ])('%s has none', (_, spec) => expect(frontends(spec)).toEqual([]))

  test('a port is matched by name and protocol', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'http', port: 80, protocol: 'UDP' },
      { name: 'other', port: 81 },
    ]
    const found = serviceFrontends({ spec: { clusterIP: '10.43.0.7', ports } }, [sliceOf([here])], facts)
    expect(found.map(({ endpoints }) => endpoints.length)).toEqual([1, 0, 0])
  })

  test('slices join, and an endpoint in two of them counts once', () => {
    const ports = [{ name: 'http', port: 80 }]
    const [found] = serviceFrontends(
      { spec: { clusterIP: '10.43.0.7', ports } },
      [sliceOf([here]), sliceOf([there, here])],
      facts,
    )
    expect(addresses(found!.endpoints)).toEqual(['10.42.0.2', '10.42.1.2'])
  })

  test('NodePort hides its clients, unless its policy is Local', () => {
    expect(frontends({ type: 'NodePort' })[1]).toMatchObject({ port: 30080, scope: 'external' })
    const local = frontends({ type: 'NodePort', externalTrafficPolicy: 'Local' })[1]!
    expect(local.scope).toBe('external-local')
    expect(addresses(local.endpoints)).toEqual(['10.42.0.2', '10.42.1.2'])
    expect(addresses(local.localEndpoints)).toEqual(['10.42.0.2'])
  })

  test('LoadBalancer addresses, but not those of a proxy; externalIPs', () => {
    const status = {
      loadBalancer: { ingress: [{ ip: '192.168.9.1' }, { ip: '192.168.9.3', ipMode: 'Proxy' }, { hostname: 'x' }] },
    }
    const spec = { type: 'LoadBalancer', externalIPs: ['192.168.9.2', 'nonsense'] }
    const found = frontends(spec, [here], status).map(({ address, port }) => `${address} ${port}`)
    expect(found).toEqual(['10.43.0.7 80', '192.168.9.1 80', '192.168.9.2 80'])
    expect(frontends({}, [here], status)).toHaveLength(1)
  })

  test('session affinity and its time', () => {
    expect(frontends({ sessionAffinity: 'ClientIP' })[0]!.affinitySeconds).toBe(10_800)
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } }
    expect(frontends({ sessionAffinity: 'ClientIP', sessionAffinityConfig })[0]!.affinitySeconds).toBe(60)
    expect(frontends({ sessionAffinityConfig })[0]!.affinitySeconds).toBeUndefined()
  })
})

describe('endpoints', () => {
  const chosen = (...endpoints: Endpoint[]) => addresses(frontends({}, endpoints)[0]!.endpoints)

  test('only ready ones; unknown is ready', () => {
    expect(chosen(here, { ...there, conditions: { ready: false } })).toEqual(['10.42.0.2'])
    expect(chosen({ ...here, conditions: {} })).toEqual(['10.42.0.2'])
  })

  test('terminating ones that still serve, when there is no other', () => {
    expect(chosen(here, { ...there, conditions: terminating })).toEqual(['10.42.0.2'])
    expect(chosen({ ...here, conditions: { ready: false } }, { ...there, conditions: terminating })).toEqual([
      '10.42.1.2',
    ])
    expect(chosen({ ...there, conditions: { ...terminating, serving: false } })).toEqual([])
  })

  test('on this node the same choice is made apart', () => {
    const spec = { type: 'NodePort', externalTrafficPolicy: 'Local' }
    const [, local] = frontends(spec, [{ ...here, conditions: terminating }, there])
    expect(addresses(local!.endpoints)).toEqual(['10.42.1.2'])
    expect(addresses(local!.localEndpoints)).toEqual(['10.42.0.2'])
  })

  test('an internal policy Local drops where only others have endpoints, and refuses where none has', () => {
    const spec = { internalTrafficPolicy: 'Local' }
    expect(addresses(frontends(spec)[0]!.endpoints)).toEqual(['10.42.0.2'])
    expect(frontends(spec, [there])[0]).toMatchObject({ endpoints: [], dropWhenEmpty: true })
    expect(frontends(spec, [])[0]).toMatchObject({ endpoints: [], dropWhenEmpty: false })
  })
})

describe('hostPorts', () => {
  const pod = (over: Partial<Pod['spec']> = {}, status: Pod['status'] = { podIP: '10.42.0.9' }): Pod => ({
    spec: {
      nodeName: 'one',
      containers: [
        {
          name: 'c',
          ports: [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '192.168.9.1' },
            { containerPort: 99 },
          ],
        },
      ],
      ...over,
    },
    status,
  })

  test('of a pod of this node', () => {
    expect(hostPortFrontends(pod(), facts)).toMatchObject([
      {
        protocol: 'tcp',
        port: 8080,
        scope: 'cluster',
        endpoints: [{ address: '10.42.0.9', port: 80 }],
      },
      { address: '192.168.9.1', protocol: 'udp', port: 53 },
    ])
  })

  test.each<[string, Pod]>([
    ["in the host's network", pod({ hostNetwork: true })],
    ['of another node', pod({ nodeName: 'two' })],
    ['that is over', pod({}, { podIP: '10.42.0.9', phase: 'Succeeded' })],
    ['without an address', pod({}, {})],
  ])('a pod %s has none', (_, one) => expect(hostPortFrontends(one, facts)).toEqual([]))
})
