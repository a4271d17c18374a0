/** What 1,000 idle tunnels that were used cost this process, both ends together, as one line of JSON. A test's program. */

import { MemoryLinkNetwork } from '../link/memory-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { heldBytes } from '../memory/held-bytes.ts'
import { openTunnels } from './open-tunnels.ts'
import type { Tunnel } from './tunnels.ts'

const streams = 1000
const usedBytes = 64 * 1024

const network = new MemoryLinkNetwork()
const [left, right] = ['a', 'b'].map((key) => network.join(key))
const [a, b] = [openTunnels(left!, silentLogger), openTunnels(right!, silentLogger)]
b.accept('echo', (tunnel) => void tunnel.on('data', (bytes) => tunnel.write(bytes)))
const peers = new Map(['a', 'b'].map((key) => [key, { udp: [], webSocket: [] }]))
left!.setPeers(peers)
right!.setPeers(peers)

async function use(): Promise<Tunnel> {
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
const open = [await use()]
const [beforeBytes, beforeRss] = [heldBytes(), process.memoryUsage.rss()]
while (open.length <= streams) open.push(await use())
const figures = {
  heldBytes: (heldBytes() - beforeBytes) / streams,
  rssBytes: (process.memoryUsage.rss() - beforeRss) / streams,
}
console.log(JSON.stringify(figures))
for (const tunnel of open) tunnel.destroy()
