import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { WayKind } from '../../agent/network/between/peer.ts'
import { source } from '../../agent/network/testing/echo.ts'
import { NetworkLab, type Place } from '../lab/network-lab.ts'
import { SteadyTransfer } from '../lab/steady-transfer.ts'

/** What each pair uses, such as `1-2 tunnel`. */
async function waysOf(lab: NetworkLab): Promise<string[]> {
  const all = await Promise.all(
    lab.nodes.map(async ({ number }) => {
      const ways = await lab.ways(number)
      return [...ways].map(([to, { way, isWorking }]) => `${number}-${to} ${way}${isWorking ? '' : ' (no answer)'}`)
    }),
  )
  return all.flat()
}

/** Waits until each pair uses the way that is said, and shows what it uses instead when it does not. */
async function expectWays(lab: NetworkLab, wanted: (from: number, to: number) => string): Promise<void> {
  const { nodes } = lab
  const text = nodes.flatMap(({ number: from }) =>
    nodes.filter(({ number }) => number !== from).map(({ number: to }) => `${from}-${to} ${wanted(from, to)}`),
  )
  const deadline = performance.now() + 20_000
  for (;;) {
    const ways = await waysOf(lab)
    if (Bun.deepEquals(ways, text)) return
    if (performance.now() > deadline) expect(ways).toEqual(text)
    await Bun.sleep(50)
  }
}

/** Every pod and node reaches every pod, node and service, each seen by its own address, and what is outside. */
async function expectMatrix({ nodes, outside }: NetworkLab): Promise<void> {
  for (const { number: from, pod, node, outer } of nodes) {
    for (const { number: to } of nodes) {
      const podSource = from === to ? undefined : `10.42.${from}.2`
      const nodeSource = from === to ? undefined : `10.44.0.${from}`
      const asked: [string, Promise<string>, string | undefined][] = [
        ['pod to pod', source(pod, `10.42.${to}.2`, 80), podSource],
        ['pod to node', source(pod, `10.44.0.${to}`, 80), podSource],
        ['pod to service', source(pod, `10.43.1.${to}`, 80), podSource],
        ['pod to NodePort', source(pod, `10.44.0.${from}`, 30000 + to), undefined],
        ['node to pod', source(node, `10.42.${to}.2`, 80), nodeSource],
        ['node to node', source(node, `10.44.0.${to}`, 80), nodeSource],
        ['node to service', source(node, `10.43.1.${to}`, 80), nodeSource],
      ]
      for (const [what, answer, from_] of asked) {
        const server = what.endsWith('node') ? `node${to}` : `pod${to}`
        expect(`${what} ${from}-${to}: ${await answer}`).toStartWith(`${what} ${from}-${to}: ${server} ${from_ ?? ''}`)
      }
    }
    expect(await source(pod, '203.0.113.254', 80)).toBe(`outside ${outer}`)
    expect(await source(node, '203.0.113.254', 80)).toBe(`outside ${outer}`)
  }
  // From outside by the NodePort of the one node that is in the open, to pods of all.
  for (const { number: to } of nodes) expect(await source(outside, '203.0.113.1', 30000 + to)).toStartWith(`pod${to} `)
}

/** Some more has come. */
async function received(transfer: SteadyTransfer): Promise<void> {
  const wanted = transfer.receivedBytes + 1024 * 1024
  for (let turn = 0; transfer.receivedBytes < wanted && turn < 1000; turn++) await Bun.sleep(10)
  expect(transfer.receivedBytes).toBeGreaterThanOrEqual(wanted)
}

function labTests(places: Place[], tests: (lab: () => NetworkLab) => void): void {
  let lab: NetworkLab
  beforeAll(async () => {
    lab = await NetworkLab.open(places)
  }, 60_000)
  afterAll(() => lab?.close(), 60_000)
  tests(() => lab)
}

async function withWay(lab: NetworkLab, forced: WayKind | undefined, action: () => Promise<void>): Promise<void> {
  await lab.start(forced)
  try {
    await action()
  } finally {
    await lab.stop()
  }
}

describe('one node in the open, two behind NATs with the same private addresses', () => {
  labTests(['public', 'nat', 'nat'], (lab) => {
    test('by themselves: tunnels, punched through both NATs', async () => {
      await withWay(lab(), undefined, async () => {
        await expectWays(lab(), () => 'tunnel')
        await expectMatrix(lab())
        const figures = (await lab().ways(2)).get(3)!
        expect(figures.via).toStartWith('203.0.113.3:')
        expect(figures.roundTripMs).toBeGreaterThan(0)
      })
    }, 60_000)

    test('a transfer goes on while the way changes to the link and back', async () => {
      await withWay(lab(), undefined, async () => {
        await expectWays(lab(), () => 'tunnel')
        const [, second, third] = lab().nodes
        const transfer = await SteadyTransfer.begin(second!.pod, third!.pod, '10.42.3.2', 9000)
        await received(transfer)
        // Datagrams pass this router no more.
        third!.router!.sh('nft add chain ip nat cut { type filter hook forward priority -10 \\; }')
        transfer.takeLongestPauseMs()
        third!.router!.sh('nft add rule ip nat cut meta l4proto udp drop')
        await expectWays(lab(), (from, to) => (from === 3 || to === 3 ? 'link' : 'tunnel'))
        await received(transfer)
        const toLinkMs = transfer.takeLongestPauseMs()
        third!.router!.sh('nft delete chain ip nat cut')
        await expectWays(lab(), () => 'tunnel')
        await received(transfer)
        const backMs = transfer.takeLongestPauseMs()
        const end = await transfer.end()
        console.log(
          `pauses: ${toLinkMs.toFixed(0)} ms to the link, ${backMs.toFixed(0)} ms back; ${end.sizeBytes >> 20} MiB`,
        )
        expect(end).toMatchObject({ isSame: true, error: undefined })
        // The goal is 2 s; a machine that does other things beside takes longer.
        expect(toLinkMs).toBeLessThan(5000)
        expect(backMs).toBeLessThan(2000)
      })
    }, 60_000)

    test('over the link', async () => {
      await withWay(lab(), 'link', async () => {
        await expectWays(lab(), () => 'link')
        await expectMatrix(lab())
      })
    }, 60_000)
  })
})

describe('no node in the open, NATs that change ports', () => {
  labTests(['renumbering', 'renumbering'], (lab) => {
    test('nobody knows where the other is: the link', async () => {
      await withWay(lab(), undefined, async () => {
        await expectWays(lab(), () => 'link')
        // That something does not come takes time to see; the test below needs less.
        await Bun.sleep(1500)
        expect(await waysOf(lab())).toEqual(['1-2 link', '2-1 link'])
      })
    }, 60_000)

    test('a rendezvous tells where each is seen: a tunnel, punched through both', async () => {
      await lab().startRendezvous()
      await withWay(lab(), undefined, async () => {
        await expectWays(lab(), () => 'tunnel')
        expect((await lab().ways(1)).get(2)!.via).toBe('203.0.113.2:20002')
        expect(await source(lab().nodes[0]!.pod, '10.42.2.2', 80)).toBe('pod2 10.42.1.2')
      })
    }, 60_000)
  })
})

describe('two nodes on one network, one behind a router', () => {
  labTests(['public', 'public', 'routed'], (lab) => {
    test('by themselves: routes on the network, VXLAN across the router', async () => {
      await withWay(lab(), undefined, async () => {
        await expectWays(lab(), (from, to) => {
          if (from !== 3 && to !== 3) return `route via 203.0.113.${to}`
          return `VXLAN to ${to === 3 ? '172.16.3.8' : `203.0.113.${to}`}`
        })
        await expectMatrix(lab())
      })
    }, 60_000)

    test('ways that look well and carry nothing are left', async () => {
      const router = lab().nodes[2]!.router!
      const { node } = lab().nodes[1]!
      // A firewall that knows no VXLAN, and a network that knows only the addresses of hosts.
      router.sh('nft add table ip cut')
      router.sh('nft add chain ip cut c { type filter hook forward priority -10 \\; }')
      router.sh('nft add rule ip cut c udp dport 8483 drop')
      node.sh('nft add table ip cut')
      node.sh('nft add chain ip cut c { type filter hook prerouting priority -400 \\; }')
      node.sh('nft add rule ip cut c iifname eth0 ip saddr { 10.42.0.0/16, 10.44.0.0/16 } drop')
      await withWay(lab(), undefined, async () => {
        await expectWays(lab(), (from, to) => (from === 3 || to === 3 ? 'tunnel' : `VXLAN to 203.0.113.${to}`))
        await expectMatrix(lab())
      })
      router.sh('nft delete table ip cut')
      node.sh('nft delete table ip cut')
    }, 60_000)

    test.each(['vxlan', 'tunnel', 'link'] as const)(
      '%s for all',
      async (forced) => {
        await withWay(lab(), forced, async () => {
          await expectWays(lab(), (_from, to) => {
            return forced === 'vxlan' ? `VXLAN to ${to === 3 ? '172.16.3.8' : `203.0.113.${to}`}` : forced
          })
          await expectMatrix(lab())
        })
      },
      60_000,
    )
  })
})
