import { afterEach, expect, test } from 'bun:test'
import { introduce, LinkCase, linked, linkedBy, nowhere, show } from '../lab/link-case.ts'

// The whole matrix is links.long.ts.
let links: LinkCase | undefined
afterEach(async () => {
  await links?.close()
  links = undefined
})

const bytes = 8 * 1024 * 1024

test('behind plain NATs: direct', async () => {
  links = await LinkCase.open()
  const bootstrap = [await links.rendezvous()]
  const a = await links.peer((await links.lab.site('a', 11, 'plain')).host, { bootstrap })
  const b = await links.peer((await links.lab.site('b', 12, 'plain')).host, { bootstrap })
  introduce([
    [a, nowhere],
    [b, nowhere],
  ])
  const first = await linked(a, b)
  show('plain/plain', first)
  expect(first.way).toBe('udp')
  a.send(b.key, bytes)
  expect(await b.next('received', () => true)).toMatchObject({ bytes, isWhole: true })
}, 60_000)

test('UDP blocked on one side: through a member that both reach', async () => {
  links = await LinkCase.open()
  const { peer: member, addresses } = await links.member([])
  const left = await links.lab.site('a', 11, 'plain')
  await links.lab.blockUdp(left.router)
  const a = await links.peer(left.host, { bootstrap: addresses.udp })
  const b = await links.peer((await links.lab.site('b', 12, 'plain')).host, { bootstrap: addresses.udp })
  introduce([
    [a, nowhere],
    [b, nowhere],
    [member, addresses],
  ])
  await linkedBy('websocket', a, member)
  await linkedBy('udp', b, member)
  const first = await linked(a, b)
  show('UDP blocked on one side', first)
  expect(first.way).toBe('relayed')
  a.send(b.key, bytes)
  expect(await b.next('received', () => true)).toMatchObject({ bytes, isWhole: true })
}, 60_000)

test('two nodes on one network without anything else: found by multicast', async () => {
  links = await LinkCase.open()
  const { router } = await links.lab.network('lan', 13, 'none')
  const options = { bootstrap: [], multicast: 'what only the cluster knows' }
  const a = await links.peer(await links.lab.networkHost('a', router, 13, 2), options)
  const b = await links.peer(await links.lab.networkHost('b', router, 13, 3), options)
  introduce([
    [a, nowhere],
    [b, nowhere],
  ])
  const first = await linked(a, b)
  show('multicast', first)
  expect(first.way).toBe('udp')
}, 60_000)
