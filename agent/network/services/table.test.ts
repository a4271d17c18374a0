import { expect, test } from 'bun:test'
import type { Endpoint, Frontend } from './frontend.ts'
import type { Change } from './script.ts'
import { ServiceTable } from './table.ts'

/** What the kernel would hold, as strict as it: nothing is added twice, and only what is there is deleted. */
class Kernel {
  readonly elements = new Map<string, string | undefined>()
  readonly chains = new Map<string, string>()

  apply({ addChains, deleteElements, addElements, deleteChains }: Change): void {
    for (const { name, rules } of addChains) {
      expect(this.chains.has(name)).toBe(false)
      for (const [, target] of rules.join(' ').matchAll(/goto (\S+)/g)) expect(this.chains.has(target!)).toBe(true)
      this.chains.set(name, rules.join('\n'))
    }
    for (const { map, key, value } of deleteElements) {
      expect(this.elements.get(`${map} ${key}`)).toBe(value)
      expect(this.elements.delete(`${map} ${key}`)).toBe(true)
    }
    for (const { map, key, value } of addElements) {
      expect(this.elements.has(`${map} ${key}`)).toBe(false)
      this.elements.set(`${map} ${key}`, value)
    }
    for (const name of deleteChains) expect(this.chains.delete(name)).toBe(true)
    const used = [...this.elements.values(), ...this.chains.values()].join(' ')
    for (const [, target] of used.matchAll(/goto (\S+)/g)) expect(this.chains.has(target!)).toBe(true)
  }
}

function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function randomFrontend(random: (below: number) => number): Frontend {
  const endpoint = (): Endpoint => ({
    address: `10.42.0.${random(5)}`,
    port: 8080 + random(2),
    isLocal: random(2) === 0,
  })
  const list = () => Array.from({ length: random(4) }, endpoint)
  return {
    address: random(2) === 0 ? undefined : `10.43.0.${random(4)}`,
    protocol: random(3) === 0 ? 'udp' : 'tcp',
    port: 80 + random(3),
    endpoints: list(),
    scope: (['cluster', 'external', 'external-local'] as const)[random(3)]!,
    localEndpoints: list(),
    dropWhenEmpty: random(2) === 0,
    affinitySeconds: random(3) === 0 ? 10 + random(2) : undefined,
  }
}

test.each(Array.from({ length: 30 }, (_, seed) => seed))(
  'changes lead where a table from scratch begins (seed %d)',
  (seed) => {
    const random = randomNumbers(seed)
    const table = new ServiceTable()
    const kernel = new Kernel()
    const wanted = new Map<string, Frontend[]>()
    for (let round = 0; round < 60; round++) {
      for (let count = random(3); count >= 0; count--) {
        const owner = `owner-${random(6)}`
        const frontends = Array.from({ length: random(4) }, () => randomFrontend(random))
        wanted.set(owner, frontends)
        table.set(owner, frontends)
      }
      kernel.apply(table.takeChange())
      const { chains, elements } = table.contents()
      expect(new Map(elements.map(({ map, key, value }) => [`${map} ${key}`, value]))).toEqual(kernel.elements)
      expect(new Set(chains.map(({ name }) => name))).toEqual(new Set(kernel.chains.keys()))
      const fresh = new ServiceTable()
      for (const [owner, frontends] of wanted) fresh.set(owner, frontends)
      fresh.takeChange()
      expect(new Set(fresh.contents().elements.map((element) => JSON.stringify(element)))).toEqual(
        new Set(elements.map((element) => JSON.stringify(element))),
      )
    }
  },
)

const web: Frontend = { address: '10.43.0.1', protocol: 'tcp', port: 80, endpoints: [], scope: 'cluster' }

test('one changed endpoint costs its own elements only', () => {
  const table = new ServiceTable()
  const endpoints = [1, 2, 3].map((last) => ({ address: `10.42.0.${last}`, port: 80, isLocal: false }))
  for (let index = 0; index < 100; index++) table.set(`s${index}`, [{ ...web, address: `10.43.1.${index}`, endpoints }])
  table.takeChange()
  table.set('s7', [
    { ...web, address: '10.43.1.7', endpoints: [endpoints[0]!, endpoints[1]!, { ...endpoints[2]!, port: 81 }] },
  ])
  const change = table.takeChange()
  expect(change.deleteElements).toHaveLength(1)
  expect(change.addElements).toHaveLength(1)
  expect(change.addChains).toHaveLength(0)
})

test('of two that want the same frontend, the first by name has it until it goes', () => {
  const table = new ServiceTable()
  const withEndpoint = (address: string) => [{ ...web, endpoints: [{ address, port: 80, isLocal: false }] }]
  const target = () => table.contents().elements.find(({ map }) => map === 'address-endpoints')?.value
  table.set('b', withEndpoint('10.42.0.2'))
  table.set('a', withEndpoint('10.42.0.1'))
  table.takeChange()
  expect(target()).toBe('10.42.0.1 . 80')
  expect(table.conflicts()).toEqual([{ owner: 'b', frontend: '10.43.0.1 tcp 80', holder: 'a' }])
  expect(table.set('a', [])).toEqual(withEndpoint('10.42.0.2'))
  table.takeChange()
  expect(target()).toBe('10.42.0.2 . 80')
  expect(table.conflicts()).toEqual([])
})
