/**
 * Test program: one node's log and store over WebSocket links, asked by HTTP on a unix socket. While it leads it writes the
 * key `fence` all the time, with the term it was elected in.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { systemClock } from '../../mesh/clock/clock.ts'
import { Consensus } from '../../mesh/consensus/consensus.ts'
import { openLinks } from '../../mesh/link/open-links.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import { StoreError } from '../../mesh/store/store.ts'
import { openTunnels } from '../../mesh/tunnel/open-tunnels.ts'
import { WebSocketTransport } from '../../mesh/websocket/websocket-transport.ts'
import type { NodeConfig } from './consensus-lab.ts'

const config = JSON.parse(process.argv[2]!) as NodeConfig
const keyPairOf = (number: number) => NoiseSecretStream.keyPair(Buffer.alloc(32, number))
const keyOf = (number: number) => keyPairOf(number).publicKey.toString('hex')
const logger = config.isVerbose
  ? {
      ...silentLogger,
      ...Object.fromEntries(
        ['info', 'warn', 'error'].map((level) => [
          level,
          (message: string, fields?: object) =>
            console.error(config.number, level, message, JSON.stringify(fields ?? {})),
        ]),
      ),
    }
  : silentLogger
const self = keyOf(config.number)
const transport = new WebSocketTransport({
  keyPair: keyPairOf(config.number),
  listen: { host: config.address, port: config.port },
  log: logger,
})
const links = await openLinks({ self, transports: [transport], clock: systemClock, random: Math.random, log: logger })
let failure: string | undefined
let store: ReplicatedStore | undefined
let counter = 0
const origin = `${config.number}-${crypto.randomUUID()}`
const consensus = new Consensus({
  directory: join(config.directory, 'log'),
  seed: Buffer.alloc(32, 7),
  generation: 1,
  secret: Buffer.alloc(32, 100 + config.number),
  cluster: 'fault test',
  links,
  tunnels: openTunnels(links, logger),
  clock: systemClock,
  logger,
  leadershipChanged: ({ role, term }) => {
    if (role === 'leader') void writeFence(term)
  },
  failed: (error) => {
    failure = error.message
  },
})

/** How the fenced writes ended. */
const fence = { written: 0, stale: 0, failed: 0 }

async function commit(key: string, value: string, revision?: number, term?: number) {
  return store!.commit({
    id: { origin, counter: ++counter },
    class: 'durable',
    author: { user: 'test', peer: `${config.number}` },
    term,
    preconditions: revision === undefined ? [] : [{ key, revision }],
    changes: [{ key, value: Buffer.from(value) }],
  })
}

/** As a leader's loop does: it goes on until it knows better. */
async function writeFence(term: number): Promise<void> {
  const leads = () => {
    const { leadership } = consensus
    return leadership.role === 'leader' && leadership.term === term
  }
  for (let count = 1; leads() && failure === undefined; count++) {
    await Bun.sleep(20)
    if (store === undefined) continue
    try {
      await commit('fence', `${term} ${count}`, undefined, term)
      fence.written++
    } catch (error) {
      if (error instanceof StoreError && error.code === 'StaleTerm') fence.stale++
      else fence.failed++
    }
  }
}

const text = (entry: { value: Uint8Array } | undefined) =>
  entry === undefined ? null : Buffer.from(entry.value).toString()

const actions: Record<string, (body: { key: string; value: string }) => Promise<unknown>> = {
  async get({ key }) {
    await store!.barrier()
    return { found: text(await store!.get(key)) }
  },
  async put({ key, value }) {
    await commit(key, value)
    return {}
  },
  async swap({ key, value }) {
    const before = await store!.get(key)
    await commit(key, value, before?.revision ?? 0)
    return { found: text(before) }
  },
  /** Every value of a key, oldest first. */
  async history({ key }) {
    await store!.barrier()
    const items = await store!.history(key, 1_000_000)
    return { values: items.map(({ value }) => Buffer.from(value ?? []).toString()).reverse() }
  },
  async state() {
    await store!.barrier()
    const { entries, revision } = await store!.list('')
    return { revision, entries: entries.map(({ key, value, revision: at }) => [key, text({ value }), at]) }
  },
  async status() {
    return { ...consensus.status, failure, fence, isOpen: store !== undefined }
  },
}

mkdirSync(config.directory, { recursive: true })
Bun.serve({
  unix: config.socket,
  async fetch(request) {
    const action = new URL(request.url).pathname.slice(1)
    try {
      if (store === undefined && action !== 'status') return Response.json({ error: 'Closed' })
      const body = await request.json().catch(() => ({}))
      return Response.json(await actions[action]!(body as { key: string; value: string }))
    } catch (error) {
      return Response.json({ error: error instanceof StoreError ? error.code : `${error}` })
    }
  },
})

const members = config.members.map(({ number }) => ({ id: keyOf(number), joinedMs: 0 }))
links.setPeers(
  new Map(
    config.members.map(({ number, address }) => [
      keyOf(number),
      { udp: [], webSocket: [`ws://${address}:${config.port}/skein`] },
    ]),
  ),
)
const log = await consensus.open(config.number === 1)
consensus.keepVoters({ members: () => members, onChange: () => () => {} })
store = await ReplicatedStore.open({
  log,
  viewFile: join(config.directory, 'view.sqlite'),
  clock: consensus.clock,
  logger,
})
console.log('open')
process.on('SIGTERM', async () => {
  await store!.close()
  await consensus.close()
  await links.close()
  process.exit(0)
})
