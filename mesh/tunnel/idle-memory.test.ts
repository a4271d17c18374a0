import { expect, test } from 'bun:test'
import { MemoryLinkNetwork } from '../link/memory-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { openTunnels } from './open-tunnels.ts'
import type { Tunnel } from './tunnels.ts'

const streams = 1000
const usedBytes = 64 * 1024
const boundBytes = 64 * 1024

/** Of all that this process holds; garbage is not counted. */
function heldBytes(): number {
  Bun.gc(true)
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}

test('an idle stream that was used costs at most 64 kB, both ends together', async () => {
  const network = new MemoryLinkNetwork()
  const [left, right] = ['a', 'b'].map((key) => network.join(key))
  const [a, b] = [openTunnels(left!, silentLogger), openTunnels(right!, silentLogger)]
  b.accept('echo', (tunnel) => void tunnel.on('data', (bytes) => tunnel.write(bytes)))
  const peers = new Map(['a', 'b'].map((key) => [key, { udp: [], webSocket: [] }]))
  left!.setPeers(peers)
  right!.setPeers(peers)
  const use = async (): Promise<Tunnel> => {
    const tunnel = await a.open('b', { purpose: 'echo' })
    let missing = usedBytes
    const back = new Promise<void>((resolve) => {
      tunnel.on('data', (bytes) => {
        missing -= (bytes as Uint8Array).byteLength
        if (missing === 0) resolve()
      })
    })
    tunnel.write(Buffer.alloc(usedBytes, 7))
    await back
    return tunnel
  }
  // What is made once.
  const first = await use()
  const [beforeBytes, beforeRss] = [heldBytes(), process.memoryUsage.rss()]
  const open: Tunnel[] = []
  for (let count = 0; count < streams; count++) open.push(await use())
  const eachBytes = (heldBytes() - beforeBytes) / streams
  const eachRss = (process.memoryUsage.rss() - beforeRss) / streams
  console.log(`${(eachBytes / 1024).toFixed(1)} kB held, ${(eachRss / 1024).toFixed(1)} kB of the process, a stream`)
  expect(eachBytes).toBeLessThan(boundBytes)
  expect(eachRss).toBeLessThan(boundBytes)
  for (const tunnel of [first, ...open]) tunnel.destroy()
}, 60_000)
