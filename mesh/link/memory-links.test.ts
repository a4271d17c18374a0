import { expect, test } from 'bun:test'
import type { PeerAddresses, PeerKey } from './links.ts'
import { MemoryLinkNetwork } from './memory-links.ts'

const nowhere: PeerAddresses = { udp: [], webSocket: [] }
const both = new Map<PeerKey, PeerAddresses>([
  ['a', nowhere],
  ['b', nowhere],
])

test('messages pass while both know each other, and a cut ends the session', async () => {
  const network = new MemoryLinkNetwork()
  const heard: string[] = []
  const nodes = ['a', 'b'].map((key) => network.join(key))
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const node of nodes) {
    node.serve({
      name: 'greeting',
      priority: 'control',
      opened: (channel) => {
        channel.send(Buffer.from(`hello from ${node.self}`))
        return {
          received: (message) => {
            heard.push(`${node.self} heard ${Buffer.from(message)}`)
            if (heard.length === 2) resolve()
          },
          closed: () => heard.push(`${node.self} closed`),
        }
      },
    })
  }
  nodes[0]!.setPeers(both)
  expect(nodes[0]!.status().map(({ state }) => state)).toEqual(['connecting'])
  nodes[1]!.setPeers(both)
  await promise
  expect(heard.sort()).toEqual(['a heard hello from b', 'b heard hello from a'])
  network.cut('b')
  expect(heard.slice(2)).toEqual(['a closed', 'b closed'])
})
