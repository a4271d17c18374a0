import { afterEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

// Joining where there is less than a rendezvous: on one local network, and with no way at all.
let lab: Lab
afterEach(async () => {
  await lab.close()
}, 120_000)

const equipment = { flags: ['--dht', 'none'], images: [] }
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(1)
const logOf = (server: Server) => Bun.file(join(server.directory, 'agent.log')).text()

test('one local network, without rendezvous and with tokens whose addresses are out of date: found by multicast', async () => {
  lab = await Lab.forTest('lan')
  const segment = await lab.segment()
  const { router } = await segment.network('lan', 13, 'none')
  const add = (name: string, last: number) => lab.networkServer(name, router, 13, last, equipment)
  const [first, second, third] = [await add('s1', 2), await add('s2', 3), await add('s3', 4)] as const
  await first.start()
  await first.ready()
  await first.pack([second, third])
  await segment.readdress(first.host, 13, 12)
  for (const server of [second, third]) {
    const begin = performance.now()
    await server.start()
    await until(`${server.name} is a member`, async () => (await server.status())?.node === server.name)
    console.log(`${server.name} is a member ${seconds(begin)} s after its start`)
    await server.ready()
    console.log(`and Ready after ${seconds(begin)} s`)
  }
  await until('three voters', async () => (await third.status())?.quorum?.voters.length === 3)
  await Promise.all([first, second, third].map((server) => server.end('SIGTERM')))
  for (const [index, server] of [first, second, third].entries()) await segment.readdress(server.host, 13, 22 + index)
  await third.start()
  await first.start()
  const begin = performance.now()
  await Promise.all([first, third].map((server) => server.ready()))
  console.log(`two of three are whole ${seconds(begin)} s after the second was started, at other addresses`)
  await second.start()
  await second.ready()
  expect(await second.nodeNames()).toEqual(['s1', 's2', 's3'])
}, 300_000)

test('no way at all: one line says why, and it joins when there is one', async () => {
  lab = await Lab.forTest('noway')
  const first = await lab.publicServer('s1', 1, equipment)
  const { server: second } = await lab.siteServer('s2', 2, 'plain', equipment)
  await first.start()
  await first.ready()
  await first.pack([second])
  await second.host.output(['ip', 'link', 'set', 'eth0', 'down'])
  await second.start()
  const line = /cannot join yet, and goes on trying: ([^"]*)/
  await until('it says why', async () => line.test(await logOf(second)))
  console.log(line.exec(await logOf(second))![1])
  const mesh = async () => (await second.status())?.parts.find(({ name }) => name === 'mesh')
  expect((await mesh())?.state).toBe('starting')
  await second.host.output(['ip', 'link', 'set', 'eth0', 'up'])
  await second.host.output(['ip', 'route', 'replace', 'default', 'via', '192.168.2.1'])
  const begin = performance.now()
  await until('it is a member', async () => (await second.status())?.node === 's2')
  console.log(`a member ${seconds(begin)} s after the cable is in`)
  await second.ready()
  // One line for each reason, however many tries there were.
  const lines = (await logOf(second)).split('\n').filter((each) => line.test(each))
  expect(new Set(lines.map((each) => line.exec(each)![1])).size).toBe(lines.length)
}, 180_000)
