import { afterEach, expect, test } from 'bun:test'
import { LinkCase, linked, show, transfer } from '../lab/link-case.ts'

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
