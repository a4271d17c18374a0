import { afterEach, expect, test } from 'bun:test'
import { introduce, LinkCase, linked, show, transfer } from '../lab/link-case.ts'

// The whole matrix is links-nat.long.ts.
let links: LinkCase
afterEach(async () => {
  await links.close()
})

const bytes = 8 * 1024 * 1024

test('behind plain NATs: direct', async () => {
  links = await LinkCase.open()
  const [a, b] = await links.sites('plain', 'plain')
  const first = await linked(a, b)
  show('plain/plain', first)
  expect(first.way).toBe('udp')
  await transfer(a, b, bytes)
}, 60_000)

test('UDP blocked on one side: through a member that both reach', async () => {
  links = await LinkCase.open()
  const [a, b] = await links.blockedSites([true, false])
  const first = await linked(a, b)
  show('UDP blocked on one side', first)
  expect(first.way).toBe('relayed')
  await transfer(a, b, bytes)
}, 60_000)

test('two nodes on one network without anything else: found by multicast', async () => {
  links = await LinkCase.open()
  const [a, b] = await links.localNetwork()
  const first = await linked(a, b)
  show('multicast', first)
  expect(first.way).toBe('udp')
  await transfer(a, b, bytes)
}, 60_000)

test('IPv6 alone, behind firewalls that let in only what answers: direct', async () => {
  links = await LinkCase.open()
  const [left, right] = [await links.lab.sixHost('left', 1), await links.lab.sixHost('right', 2)]
  const a = await links.peer(left.host, { bootstrap: [], udpPort: 49700 })
  const b = await links.peer(right.host, { bootstrap: [], udpPort: 49700 })
  introduce([
    [a, { udp: [`[${left.address}]:49700`], webSocket: [] }],
    [b, { udp: [`[${right.address}]:49700`], webSocket: [] }],
  ])
  const first = await linked(a, b)
  show('IPv6', first)
  expect(first.way).toBe('udp')
  await transfer(a, b, bytes)
}, 60_000)
