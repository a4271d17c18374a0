import { afterAll, beforeAll, expect } from 'bun:test'
import type { WayKind } from '../../agent/network/between/peer.ts'
import { source } from '../../agent/network/testing/echo.ts'
import type { Namespace } from '../../agent/network/testing/namespace.ts'
import { NetworkLab, type Place } from './network-lab.ts'
import type { SteadyTransfer } from './steady-transfer.ts'
import { until, untilEqual } from './until.ts'

/** What each pair uses, such as `1-2 tunnel`. */
export async function waysOf(lab: NetworkLab): Promise<string[]> {
  const all = await Promise.all(
    lab.nodes.map(async ({ number }) => {
      const ways = await lab.ways(number)
      return [...ways].map(([to, { way, isWorking }]) => `${number}-${to} ${way}${isWorking ? '' : ' (no answer)'}`)
    }),
  )
  return all.flat()
}

/** Waits until each pair uses the way that is said, and shows what it uses instead when it does not. */
export async function expectWays(lab: NetworkLab, wanted: (from: number, to: number) => string): Promise<void> {
  const { nodes } = lab
  const text = nodes.flatMap(({ number: from }) =>
    nodes.filter(({ number }) => number !== from).map(({ number: to }) => `${from}-${to} ${wanted(from, to)}`),
  )
  await untilEqual('the ways', () => waysOf(lab), text, 30_000)
}

/**
 * Who answers there, asked by up to four connections: what begins at the moment at which a way changes may hang, and on a
 * busy machine ways change because their probes come late.
 */
async function reached(from: Namespace, address: string, port: number): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const answer = await source(from, address, port)
    if (answer !== 'timeout' || attempt === 4) return answer
  }
}

/**
 * Every pod and node reaches every pod, node, service and NodePort at each node, seen by its own address, and what is
 * outside; the outside reaches every pod by the NodePorts of each node that it reaches.
 */
export async function expectMatrix({ nodes, outside }: NetworkLab): Promise<void> {
  for (const { number: from, pod, node, outer } of nodes) {
    for (const { number: to } of nodes) {
      const podSource = from === to ? undefined : `10.42.${from}.2`
      const nodeSource = from === to ? undefined : `10.44.0.${from}`
      const asked: [string, Promise<string>, string | undefined][] = [
        ['pod to pod', reached(pod, `10.42.${to}.2`, 80), podSource],
        ['pod to node', reached(pod, `10.44.0.${to}`, 80), podSource],
        ['pod to service', reached(pod, `10.43.1.${to}`, 80), podSource],
        ['pod to NodePort here', reached(pod, `10.44.0.${from}`, 30000 + to), undefined],
        ['pod to NodePort there', reached(pod, `10.44.0.${to}`, 30000 + from), undefined],
        ['node to pod', reached(node, `10.42.${to}.2`, 80), nodeSource],
        ['node to node', reached(node, `10.44.0.${to}`, 80), nodeSource],
        ['node to service', reached(node, `10.43.1.${to}`, 80), nodeSource],
        ['node to NodePort here', reached(node, `10.44.0.${from}`, 30000 + to), undefined],
        ['node to NodePort there', reached(node, `10.44.0.${to}`, 30000 + from), undefined],
      ]
      for (const [what, answer, from_] of asked) {
        const server = what.endsWith('node') ? `node${to}` : `pod${what.endsWith('there') ? from : to}`
        expect(`${what} ${from}-${to}: ${await answer}`).toStartWith(`${what} ${from}-${to}: ${server} ${from_ ?? ''}`)
      }
    }
    if (outer === undefined) continue
    expect(await reached(pod, '203.0.113.254', 80)).toBe(`outside ${outer}`)
    expect(await reached(node, '203.0.113.254', 80)).toBe(`outside ${outer}`)
  }
  // Those behind a NAT cannot be asked from outside.
  for (const { number: by, router, outer } of nodes) {
    if (outer === undefined || (router !== undefined && outer.startsWith('203.0.113.'))) continue
    for (const { number: to } of nodes)
      expect(`${by}-${to} ${await reached(outside, outer, 30000 + to)}`).toStartWith(`${by}-${to} pod${to} `)
  }
}

/** Some more has come. */
export async function received(transfer: SteadyTransfer): Promise<void> {
  const wanted = transfer.receivedBytes + 1024 * 1024
  await until('more has come', () => transfer.receivedBytes >= wanted, 30_000)
}

/** Tests in a lab of their own. */
export function labTests(places: Place[], tests: (lab: () => NetworkLab) => void): void {
  let lab: NetworkLab
  beforeAll(async () => {
    lab = await NetworkLab.open(places)
  }, 60_000)
  afterAll(() => lab?.close(), 60_000)
  tests(() => lab)
}

/** Runs the network of every node meanwhile. */
export async function withWay(
  lab: NetworkLab,
  forced: WayKind | undefined,
  action: () => Promise<void>,
): Promise<void> {
  await lab.start(forced)
  try {
    await action()
  } finally {
    await lab.stop()
  }
}
