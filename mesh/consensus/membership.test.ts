import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestCluster } from './test-cluster.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-consensus-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function newCluster(): TestCluster {
  return new TestCluster(mkdtempSync(join(root, 'cluster-')))
}

/** Nodes 1 to 3, which vote. */
async function threeVoters(): Promise<TestCluster> {
  const cluster = newCluster()
  cluster.setMembers('1')
  for (const id of ['1', '2', '3']) await cluster.start(id)
  cluster.setMembers('123')
  await cluster.settled('123/')
  return cluster
}

test('a cluster grows, heals and shrinks by itself, and loses nothing', async () => {
  const cluster = newCluster()
  cluster.setMembers('1')
  const first = await cluster.start('1')
  const written: string[] = []
  const write = async (text: string) => {
    written.push(text)
    await [...cluster.nodes.values()].at(-1)!.log.propose(Buffer.from(text))
  }
  await write('alone')
  await cluster.start('2')
  cluster.setMembers('12')
  expect(await cluster.settled('1/2')).toBe(first)
  await write('two nodes, one voter')
  await cluster.start('3')
  cluster.setMembers('123')
  await cluster.settled('123/')
  await write('three voters')
  await cluster.start('4')
  cluster.setMembers('1234')
  await cluster.settled('123/4')
  await write('and a learner')
  await cluster.stop('1')
  await cluster.settled('234/1')
  await write('one was replaced')
  await cluster.start('1')
  expect(await cluster.caughtUp('1')).toEqual(written)
  await cluster.settled('234/1')
  cluster.setMembers('134')
  await cluster.settled('134/')
  await cluster.stop('2')
  await write('one was removed')
  cluster.setMembers('13')
  await Promise.race([cluster.settled('1/3'), cluster.settled('3/1')])
  await cluster.stop('4')
  await write('one voter again')
  for (const id of ['1', '3']) expect(await cluster.caughtUp(id)).toEqual(written)
  await cluster.close()
}, 60_000)

test('learners get what is committed from a voter that does not lead, or from each other', async () => {
  const cluster = await threeVoters()
  await cluster.start('4')
  await cluster.start('5')
  cluster.setMembers('12345')
  const leader = await cluster.settled('123/45')
  for (const id of ['4', '5']) {
    const { log } = cluster.nodes.get(id)!
    while (log.feedingPeer === undefined) await Bun.sleep(5)
    expect(log.feedingPeer).not.toBe(leader.log.leadership.leader!)
    await log.propose(Buffer.from(`of ${id}`))
  }
  for (const id of '12345') expect(await cluster.caughtUp(id)).toEqual(['of 4', 'of 5'])
  await cluster.close()
}, 60_000)

test('five voters when five are asked for, three again, and one', async () => {
  const cluster = await threeVoters()
  await cluster.start('4')
  await cluster.start('5')
  cluster.setMembers('12345')
  await cluster.settled('123/45')
  cluster.wantedVoters = 5
  await (await cluster.settled('12345/')).log.propose(Buffer.from('by five'))
  const written = ['by five']
  for (const wanted of [3, 1] as const) {
    cluster.wantedVoters = wanted
    await (await cluster.settled(wanted)).log.propose(Buffer.from(`by ${wanted}`))
    written.push(`by ${wanted}`)
  }
  for (const id of '12345') expect(await cluster.caughtUp(id)).toEqual(written)
  await cluster.close()
}, 60_000)

test('a leader that ends in order hands over: no election timeout passes', async () => {
  const cluster = await threeVoters()
  const [id] = [...cluster.nodes].find(([, { log }]) => log.leadership.role === 'leader')!
  const { log, consensus } = cluster.nodes.get(id)!
  const { term } = log.leadership
  await consensus.close()
  // Had the others waited for a timeout, there would be no leader yet.
  const others = [...cluster.nodes].filter(([other]) => other !== id).map(([, node]) => node.log.leadership)
  expect(others.every(({ leader, term: next }) => leader !== null && leader !== id && next === term + 1)).toBe(true)
  await cluster.close()
}, 60_000)

test('the removed leader hands over, and the others go on without it', async () => {
  const cluster = await threeVoters()
  const [id] = [...cluster.nodes].find(([, { log }]) => log.leadership.role === 'leader')!
  const rest = ['1', '2', '3'].filter((other) => other !== id)
  cluster.setMembers(rest.join(''))
  const next = await Promise.race([cluster.settled(`${rest[0]}/${rest[1]}`), cluster.settled(`${rest[1]}/${rest[0]}`)])
  await next.log.propose(Buffer.from('without it'))
  expect(await cluster.caughtUp(rest[0]!)).toEqual(['without it'])
  await cluster.close()
}, 60_000)

test('the feature level rises once every member knows the next, and an older build then stops with a clear word', async () => {
  const cluster = newCluster()
  cluster.setMembers('123')
  await cluster.start('1', { knownFeatureLevel: 2 })
  await cluster.start('2', { knownFeatureLevel: 2 })
  const old = await cluster.start('3', { knownFeatureLevel: 1 })
  const leader = await cluster.settled('123/')
  await leader.log.propose(Buffer.from('x'))
  expect(leader.log.featureLevel).toBe(1)
  await cluster.stop('3')
  expect(old.log.featureLevel).toBe(1)
  const upgraded = await cluster.start('3', { knownFeatureLevel: 2 })
  while (upgraded.log.featureLevel < 2) await Bun.sleep(5)
  await cluster.stop('3')
  let refusal = ''
  try {
    await cluster.start('3', { knownFeatureLevel: 1 })
  } catch (error) {
    refusal = (error as Error).message
  }
  expect(refusal).toMatch(/needs feature level 2, this build knows 1: upgrade this node/)
  await leader.log.propose(Buffer.from('the others go on'))
  await cluster.close()
}, 60_000)

test('one wrong clock among three changes nothing, and its node knows how wrong it is', async () => {
  const cluster = newCluster()
  cluster.setMembers('1')
  const hourMs = 3600_000
  // The wrong one is the founder, alone at first: its time is the cluster's.
  const wrong = await cluster.start('1', { aheadMs: -hourMs })
  await cluster.start('2')
  await cluster.start('3')
  cluster.setMembers('123')
  await cluster.settled('123/')
  const isNear = (ms: number | undefined, wanted: number) => ms !== undefined && Math.abs(ms - wanted) < 1000
  while (!isNear(wrong.consensus.status.skewMs, -hourMs)) await Bun.sleep(10)
  for (const id of ['2', '3']) {
    while (!isNear(cluster.nodes.get(id)!.consensus.status.skewMs, 0)) await Bun.sleep(10)
  }
  await wrong.log.propose(Buffer.from('x'))
  const { timeMs } = wrong.blocks.at(-1)!
  expect(isNear(timeMs, Date.now())).toBe(true)
  await cluster.close()
}, 60_000)
