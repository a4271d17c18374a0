import { describe, expect, test } from 'bun:test'
import type { Service } from '../../../api/schema/generated/types/core-v1.ts'
import type { EndpointSlice } from '../../../api/schema/generated/types/discovery-v1.ts'
import { addressOf, contains, parseCidr } from '../address/address.ts'
import { decode, encode, type Packet } from '../testing/dns-packet.ts'
import { type Forwarding, Resolver } from './resolver.ts'
import { ServiceNameView } from './view.ts'
import { Zone } from './zone.ts'

const clusterNetworks = ['10.42.0.0/16', '10.43.0.0/16', 'fd00:43::/112'].map(parseCidr)
const zone = new Zone({
  clusterDomain: 'cluster.local',
  dnsAddress: addressOf('10.43.0.10'),
  isClusterAddress: (address) => clusterNetworks.some((network) => contains(network, address)),
})

const service = (name: string, spec: Service['spec']): Service => ({ metadata: { name, namespace: 'default' }, spec })

const slice: EndpointSlice = {
  addressType: 'IPv4',
  ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
  endpoints: [
    { addresses: ['10.42.1.5'], hostname: 'db-0' },
    { addresses: ['10.42.2.6'], conditions: { ready: true } },
    { addresses: ['10.42.2.7'], conditions: { ready: false } },
  ],
}

const ports = [
  { name: 'http', port: 80 },
  { name: 'dns', port: 53, protocol: 'UDP' },
]

const view = new ServiceNameView()
view.addNamespace('default')
view.set('default/web', service('web', { clusterIP: '10.43.0.7', ports }), [])
view.set('default/both', service('both', { clusterIPs: ['10.43.0.8', 'fd00:43::8'], ports: [{ port: 80 }] }), [])
view.set('default/db', service('db', { clusterIP: 'None' }), [slice])
view.set('default/empty', service('empty', { clusterIP: 'None' }), [])
view.set('default/out', service('out', { type: 'ExternalName', externalName: 'www.example.com' }), [])
view.set('default/inner', service('inner', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }), [])
view.set('default/loop', service('loop', { type: 'ExternalName', externalName: 'loop.default.svc.cluster.local' }), [])

/** Other servers know one name. */
const forwarding: Forwarding = {
  takeProbe: () => false,
  async forward(query) {
    const name = query.labels.join('.')
    if (name === 'silent.example.com') return undefined
    const known = name === 'www.example.com' && query.type === 1
    return encode({
      type: 'response',
      id: query.id,
      rcode: 'NOERROR',
      questions: [{ name, type: 'A' }],
      answers: known ? [{ name, type: 'A', ttl: 60, data: '93.184.216.34' }] : [],
    })
  },
}

const resolver = new Resolver(zone, view, forwarding)

async function ask(name: string, type: string, over: Partial<Packet> = {}, isTcp = false): Promise<Packet> {
  const query = encode({ type: 'query', id: 7, flags: 256, questions: [{ name, type }], ...over })
  return decode((await resolver.resolve(query, isTcp))!)
}

/** `NXDOMAIN`, `NODATA`, or the answers as text. */
async function answer(name: string, type: string): Promise<string> {
  const packet = await ask(name, type)
  expect(packet.id).toBe(7)
  if (packet.rcode !== 'NOERROR') return packet.rcode!
  const texts = packet.answers!.map(({ type, data }) => {
    const { priority, weight, port, target } = data as Record<string, unknown>
    return `${type} ${type === 'SRV' ? [priority, weight, port, target].join(' ') : data}`
  })
  return texts.length === 0 ? 'NODATA' : texts.sort().join(', ')
}

describe('names of the cluster', () => {
  test.each([
    ['web.default.svc.cluster.local', 'A', 'A 10.43.0.7'],
    ['WEB.Default.svc.CLUSTER.local', 'A', 'A 10.43.0.7'],
    ['web.default.svc.cluster.local', 'AAAA', 'NODATA'],
    ['web.default.svc.cluster.local', 'TXT', 'NODATA'],
    ['both.default.svc.cluster.local', 'AAAA', 'AAAA fd00:43::8'],
    ['nope.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['web.nope.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['x.web.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['default.svc.cluster.local', 'A', 'NODATA'],
    ['nope.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['svc.cluster.local', 'A', 'NODATA'],
    ['web.default.cluster.local', 'A', 'NXDOMAIN'],
    ['cluster.local', 'A', 'NODATA'],
    ['cluster.local', 'NS', 'NS ns.dns.cluster.local'],
    ['ns.dns.cluster.local', 'A', 'A 10.43.0.10'],
    ['dns-version.cluster.local', 'TXT', 'TXT 1.1.0'],
    // Headless: ready endpoints, each with a name of its own.
    ['db.default.svc.cluster.local', 'A', 'A 10.42.1.5, A 10.42.2.6'],
    ['db-0.db.default.svc.cluster.local', 'A', 'A 10.42.1.5'],
    ['10-42-2-6.db.default.svc.cluster.local', 'A', 'A 10.42.2.6'],
    ['10-42-2-7.db.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['empty.default.svc.cluster.local', 'A', 'NODATA'],
    // SRV.
    ['_http._tcp.web.default.svc.cluster.local', 'SRV', 'SRV 0 100 80 web.default.svc.cluster.local'],
    ['_dns._udp.web.default.svc.cluster.local', 'SRV', 'SRV 0 100 53 web.default.svc.cluster.local'],
    ['_dns._tcp.web.default.svc.cluster.local', 'SRV', 'NXDOMAIN'],
    ['_tcp.web.default.svc.cluster.local', 'SRV', 'NODATA'],
    ['_http._tcp.web.default.svc.cluster.local', 'A', 'NODATA'],
    [
      '_sql._tcp.db.default.svc.cluster.local',
      'SRV',
      'SRV 0 100 5432 10-42-2-6.db.default.svc.cluster.local, SRV 0 100 5432 db-0.db.default.svc.cluster.local',
    ],
    ['both.default.svc.cluster.local', 'SRV', 'NODATA'],
    // Pods.
    ['10-42-1-5.default.pod.cluster.local', 'A', 'A 10.42.1.5'],
    ['10-42-1.default.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['10-42-1-5.nope.pod.cluster.local', 'A', 'NXDOMAIN'],
    // Reverse.
    ['7.0.43.10.in-addr.arpa', 'PTR', 'PTR web.default.svc.cluster.local'],
    ['5.1.42.10.in-addr.arpa', 'PTR', 'PTR db-0.db.default.svc.cluster.local'],
    ['9.9.42.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    [`8.${'0.'.repeat(23)}3.4.0.0.0.0.d.f.ip6.arpa`, 'PTR', 'PTR both.default.svc.cluster.local'],
    // Aliases are followed, inside and outside.
    ['out.default.svc.cluster.local', 'CNAME', 'CNAME www.example.com'],
    ['out.default.svc.cluster.local', 'A', 'A 93.184.216.34, CNAME www.example.com'],
    ['out.default.svc.cluster.local', 'AAAA', 'CNAME www.example.com'],
    ['inner.default.svc.cluster.local', 'A', 'A 10.43.0.7, CNAME web.default.svc.cluster.local'],
    // Elsewhere.
    ['www.example.com', 'A', 'A 93.184.216.34'],
    ['silent.example.com', 'A', 'SERVFAIL'],
    ['4.3.2.1.in-addr.arpa', 'PTR', 'NODATA'],
  ])('%s %s', async (name, type, expected) => {
    expect(await answer(name, type)).toBe(expected)
  })

  test('an alias that leads to itself ends', async () => {
    expect((await ask('loop.default.svc.cluster.local', 'A')).answers!.length).toBeLessThan(20)
  })

  test('absence names the zone, so that it may be remembered', async () => {
    const { authorities, flag_aa } = await ask('nope.default.svc.cluster.local', 'A')
    expect(authorities).toMatchObject([{ type: 'SOA', name: 'cluster.local', data: { minimum: 5 } }])
    expect(flag_aa).toBe(true)
  })

  test('SRV brings the addresses along', async () => {
    const { additionals } = await ask('_http._tcp.web.default.svc.cluster.local', 'SRV')
    expect(additionals).toMatchObject([{ name: 'web.default.svc.cluster.local', type: 'A', data: '10.43.0.7' }])
  })

  test('the first address changes', async () => {
    const firsts = [1, 2, 3, 4].map(() => ask('db.default.svc.cluster.local', 'A'))
    const seen = new Set((await Promise.all(firsts)).map(({ answers }) => answers![0]!.data))
    expect(seen.size).toBe(2)
  })

  test('a service that changes or goes takes its names along', async () => {
    const changing = new ServiceNameView()
    changing.addNamespace('default')
    changing.set('default/a', service('a', { clusterIP: '10.43.0.9' }), [])
    changing.set('default/b', service('b', { clusterIP: 'None' }), [slice])
    changing.set('default/c', service('c', { clusterIP: 'None' }), [slice])
    expect(changing.namesOf('10.42.1.5').sort()).toEqual(['db-0.b.default.svc', 'db-0.c.default.svc'])
    changing.set('default/b', service('b', { clusterIP: 'None' }), [])
    changing.set('default/a', undefined, [])
    expect(changing.namesOf('10.42.1.5')).toEqual(['db-0.c.default.svc'])
    expect(changing.namesOf('10.43.0.9')).toEqual([])
    expect(changing.service('default', 'a')).toBeUndefined()
  })
})

describe('messages', () => {
  const crowd = new ServiceNameView()
  crowd.addNamespace('default')
  const endpoints = Array.from({ length: 200 }, (_, index) => ({ addresses: [`10.42.7.${index}`] }))
  crowd.set('default/crowd', service('crowd', { clusterIP: 'None' }), [{ addressType: 'IPv4', endpoints }])
  const crowded = new Resolver(zone, crowd, forwarding)
  const edns = (udpPayloadSize: number, version = 0) =>
    [{ type: 'OPT', name: '.', udpPayloadSize, ednsVersion: version, extendedRcode: 0, flags: 0, options: [] }] as never

  async function askCrowd(additionals: Packet['additionals'], isTcp: boolean) {
    const questions = [{ name: 'crowd.default.svc.cluster.local', type: 'A' }]
    const bytes = (await crowded.resolve(encode({ type: 'query', flags: 256, questions, additionals }), isTcp))!
    return { size: bytes.length, ...decode(bytes) }
  }

  test.each([
    [undefined, false, 512, true],
    [edns(900), false, 900, true],
    [edns(65_000), false, 1232, true],
    [edns(100), false, 512, true],
    [undefined, true, 65_535, false],
  ])('an answer too large is cut and says so (%#)', async (additionals, isTcp, limit, isCut) => {
    const { size, flag_tc, answers } = await askCrowd(additionals, isTcp)
    expect(size).toBeLessThanOrEqual(limit)
    expect(flag_tc).toBe(isCut)
    expect(answers!.length === 200).toBe(!isCut)
    if (isCut) expect(size).toBeGreaterThan(limit - 30)
  })

  test('EDNS is answered with EDNS, another version with BADVERS', async () => {
    const good = await ask('web.default.svc.cluster.local', 'A', { additionals: edns(1232) })
    expect(good.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, extendedRcode: 0 }])
    const bad = await ask('web.default.svc.cluster.local', 'A', { additionals: edns(1232, 1) })
    expect(bad.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1 }])
  })

  test('what is no query gets the right refusal, an answer none', async () => {
    const rcode = async (bytes: Uint8Array) => {
      const answer = await resolver.resolve(bytes, false)
      return answer && answer[3]! & 15
    }
    const query = () => Buffer.from(encode({ type: 'query', questions: [{ name: 'a', type: 'A' }] }))
    const changed = (offset: number, value: number) => {
      const bytes = query()
      bytes[offset] = value
      return bytes
    }
    expect(await rcode(changed(2, 0x80))).toBeUndefined()
    expect(await rcode(query().subarray(0, 11))).toBeUndefined()
    expect(await rcode(changed(2, 0x28))).toBe(4)
    expect(await rcode(changed(5, 2))).toBe(1)
    expect(await rcode(changed(12, 40))).toBe(1)
    expect(await rcode(changed(12, 0xc0))).toBe(1)
    expect(await rcode(changed(11, 9))).toBe(1)
    expect(await rcode(encode({ type: 'query', questions: [{ name: 'cluster.local', type: 'AXFR' }] }))).toBe(5)
    expect(await rcode(encode({ type: 'query', questions: [{ name: 'cluster.local', type: 'A', class: 'CH' }] }))).toBe(
      5,
    )
  })

  test('a name that points to itself, or forwards, ends', async () => {
    for (const pointer of [12, 14, 40]) {
      const bytes = Buffer.from(encode({ type: 'query', questions: [{ name: 'abcd', type: 'A' }] }))
      bytes.set([0xc0, pointer], 12)
      expect((await resolver.resolve(bytes, false))![3]! & 15).toBe(1)
    }
  })

  test('random and damaged bytes never break anything', async () => {
    let seed = 42
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const names = [
      '_http._tcp.web.default.svc.cluster.local',
      'out.default.svc.cluster.local',
      '7.0.43.10.in-addr.arpa',
      'x.y',
    ]
    for (let round = 0; round < 20_000; round++) {
      const additionals = random(2) ? edns(random(5000)) : undefined
      const questions = [{ name: names[random(names.length)]!, type: 'SRV' }]
      let bytes = Buffer.from(encode({ type: 'query', id: random(65_536), questions, additionals }))
      for (let count = random(6); count > 0; count--) bytes[random(bytes.length)] = random(256)
      if (random(4) === 0) bytes = bytes.subarray(0, random(bytes.length))
      const answer = await resolver.resolve(bytes, random(2) === 1)
      if (answer !== undefined) expect(answer.length).toBeGreaterThanOrEqual(12)
    }
  })
})
