import { describe, expect, test } from 'bun:test'
import { udpClient } from '../../agent/network/testing/echo.ts'
import { expectWays, labTests, received, withWay } from '../lab/network-matrix.ts'
import { SteadyTransfer } from '../lab/steady-transfer.ts'
import { until } from '../lab/until.ts'

describe('one node in the open, one behind a wire for packets of 1,400 bytes', () => {
  labTests(['public', 'narrow'], (lab) => {
    /** A datagram of so many bytes gets from each pod to the other's and is answered. */
    const datagramsPass = async (sizeBytes: number) => {
      const [one, two] = lab().nodes
      for (const [from, to] of [
        [one!, two!],
        [two!, one!],
      ] as const) {
        const client = await udpClient(from.pod, `10.42.${to.number}.2`, 80)
        await until(`${sizeBytes} bytes pass`, async () => (await client.ask(500, sizeBytes)).startsWith('pod'), 10_000)
        client.close()
      }
    }
    const transferBothWays = async () => {
      const [one, two] = lab().nodes
      for (const [from, to] of [
        [one!, two!],
        [two!, one!],
      ] as const) {
        const transfer = await SteadyTransfer.begin(from.pod, to.pod, `10.42.${to.number}.2`, 9000)
        for (let turn = 0; turn < 4; turn++) await received(transfer)
        expect(await transfer.end()).toMatchObject({ isSame: true, error: undefined })
      }
    }

    test.each(['vxlan', 'tunnel', 'link'] as const)(
      'large packets and transfers pass by %s',
      async (forced) => {
        await withWay(lab(), forced, async () => {
          await expectWays(lab(), (_from, to) => {
            return forced === 'vxlan' ? `VXLAN to ${to === 2 ? '172.16.2.7' : '203.0.113.1'}` : forced
          })
          await transferBothWays()
          for (const sizeBytes of [1200, 1372, 1400, 4000]) await datagramsPass(sizeBytes)
        })
      },
      60_000,
    )

    test('the tunnel finds out what passes, and pods are told', async () => {
      await withWay(lab(), 'tunnel', async () => {
        const { node, pod } = lab().nodes[0]!
        const route = () => node.sh('ip route get 10.42.2.2')
        await until('1400 bytes are found', async () => route().includes('mtu 1326'), 10_000)
        await datagramsPass(1372)
        expect(pod.sh('ip route get 10.42.2.2')).toContain('mtu 1326')
        const [one, two] = lab().nodes
        const transfer = await SteadyTransfer.begin(one!.pod, two!.pod, '10.42.2.2', 9000)
        await received(transfer)
        lab().setNarrow(2, 1280)
        await until('1280 bytes are found', async () => route().includes('mtu 1206'), 20_000)
        await received(transfer)
        expect(await transfer.end()).toMatchObject({ isSame: true, error: undefined })
        lab().setNarrow(2, 1400)
      })
    }, 60_000)
  })
})

describe('two nodes on one network', () => {
  labTests(['public', 'public'], (lab) => {
    test('a transfer goes on while the way changes from the plain route to the link and back', async () => {
      await withWay(lab(), undefined, async () => {
        const direct = (_from: number, to: number) => `route via 203.0.113.${to}`
        await expectWays(lab(), direct)
        const [one, two] = lab().nodes
        const transfer = await SteadyTransfer.begin(one!.pod, two!.pod, '10.42.2.2', 9000)
        await received(transfer)
        two!.node.sh('nft add table ip cut')
        two!.node.sh('nft add chain ip cut c { type filter hook prerouting priority -400 \\; }')
        transfer.takeLongestPauseMs()
        two!.node.sh('nft add rule ip cut c iifname eth0 drop')
        await expectWays(lab(), () => 'link')
        await received(transfer)
        const toLinkMs = transfer.takeLongestPauseMs()
        two!.node.sh('nft delete table ip cut')
        await expectWays(lab(), direct)
        await received(transfer)
        const backMs = transfer.takeLongestPauseMs()
        const end = await transfer.end()
        console.log(
          `pauses: ${toLinkMs.toFixed(0)} ms to the link, ${backMs.toFixed(0)} ms back; ${end.sizeBytes >> 20} MiB`,
        )
        expect(end).toMatchObject({ isSame: true, error: undefined })
      })
    }, 60_000)
  })
})
