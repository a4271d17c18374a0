// Exercises Hypercore and prints what it gives, a line of JSON for each step: program.mjs MODULES DIRECTORY.
// Runs on Bun over this package and on Node over rocksdb-native: plain JavaScript, modules are looked up from MODULES.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [modules, directory, role, port, keyText] = process.argv.slice(2)
const require = createRequire(join(modules, 'package.json'))
const Hypercore = require('hypercore')
const CoreStorage = require('hypercore-storage')
const crypto = require('hypercore-crypto')

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
const block = (text) => Buffer.from(text)
const say = (step, result) => console.log(JSON.stringify({ step, ...result }))

function optionsOf(name, more) {
  const keyPair = crypto.keyPair(Buffer.alloc(32, name))
  const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
  return { key: Hypercore.key(manifest), keyPair, manifest, ...more }
}

async function open(storage, name, more) {
  const core = new Hypercore(storage, optionsOf(name, more))
  await core.ready()
  return core
}

async function stateOf(core) {
  const { length, byteLength, fork, contiguousLength } = core
  const blocks = []
  for (let index = 0; index < length; index++) {
    const found = await core.get(index, { wait: false })
    blocks.push(found === null ? '-' : hash(found))
  }
  const tree = length === 0 ? '' : (await core.treeHash()).toString('hex').slice(0, 16)
  return { length, byteLength, fork, contiguousLength, tree, blocks: hash(blocks.join()) }
}

async function audited(core) {
  return { audit: await core.core.audit({ dryRun: true }) }
}

async function appends(storage) {
  const core = await open(storage, 'appends')
  for (let index = 0; index < 50; index++) await core.append(block(`single ${index}`))
  say('single appends', await stateOf(core))
  await core.append(Array.from({ length: 300 }, (_, index) => block(`batch ${index} ${'x'.repeat(index)}`)))
  await core.append(Buffer.alloc(1_000_000, 7))
  say('batch and large block', await stateOf(core))
  await core.truncate(200)
  await core.append(block('after truncate'))
  say('truncate', await stateOf(core))
  await core.clear(10, 60)
  await core.clear(0)
  say('clear', {
    ...(await stateOf(core)),
    has: [await core.has(0), await core.has(5), await core.has(59), await core.has(60)],
  })
  say('audit', await audited(core))
  const refused = await core.truncate(1000).catch((error) => error)
  say('truncate ahead', { code: refused?.code ?? 'none' })
  await core.setUserData('colour', block('green'))
  return core
}

async function snapshots(core) {
  const snapshot = core.snapshot()
  await snapshot.ready()
  const session = core.session()
  await session.ready()
  await session.append([block('s1'), block('s2')])
  say('snapshot before truncate', { snapshot: await stateOf(snapshot), core: await stateOf(core) })
  await core.truncate(150)
  const gone = await snapshot.get(199, { wait: false }).catch((error) => error)
  say('snapshot after truncate', {
    length: snapshot.length,
    block: Buffer.isBuffer(gone) ? hash(gone) : String(gone?.code ?? gone),
  })
  await snapshot.close()
  await session.close()
  const named = core.session({ name: 'draft' })
  await named.ready()
  await named.append(block('only in the draft'))
  say('named session', { draft: named.length, core: core.length, block: hash(await named.get(core.length)) })
  await named.close()
}

async function streams(core) {
  for (const range of [{}, { start: 100, end: 120 }, { start: 140, snapshot: false }]) {
    const found = []
    for await (const data of core.createReadStream({ ...range, wait: false }))
      found.push(data === null ? '-' : hash(data))
    say('read stream', { range, count: found.length, found: hash(found.join()) })
  }
}

async function atoms(storage) {
  const [a, b] = [await open(storage, 'atom a'), await open(storage, 'atom b')]
  await a.append(block('before'))
  const atom = a.core.db.createAtom()
  const [inA, inB] = [a.session({ atom }), b.session({ atom })]
  await Promise.all([inA.ready(), inB.ready()])
  await inA.append([block('a1'), block('a2')])
  await inB.append(block('b1'))
  say('atom before flush', { a: a.length, b: b.length, inA: inA.length, inB: inB.length })
  await atom.flush()
  say('atom after flush', { a: await stateOf(a), b: await stateOf(b) })
}

async function encryption(storage) {
  const core = await open(storage, 'secret', { encryption: { key: Buffer.alloc(32, 1) } })
  await core.append([block('hidden'), block('hidden too')])
  const [raw, clear] = [await core.get(0, { raw: true }), await core.get(0)]
  say('encryption', { clear: String(clear), isHidden: !raw.includes('hidden'), ...(await stateOf(core)) })
}

/** This process has the blocks, another one of the same kind fetches them. */
async function replication(storage) {
  const core = await open(storage, 'replicated')
  await core.append(Array.from({ length: 500 }, (_, index) => block(`replicated ${index}`)))
  const server = createServer((socket) => {
    const stream = core.replicate(false)
    socket.on('error', () => {})
    stream.on('error', () => {})
    socket.pipe(stream).pipe(socket)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = [String(server.address().port), core.key.toString('hex')]
  const child = spawn(process.execPath, [
    fileURLToPath(import.meta.url),
    modules,
    `${directory}-replica`,
    'replica',
    ...address,
  ])
  child.stderr.pipe(process.stderr)
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  console.log(text.trim())
  server.close()
}

async function replica() {
  const key = Buffer.from(keyText, 'hex')
  const core = new Hypercore(directory, key)
  await core.ready()
  const socket = createConnection(Number(port), '127.0.0.1')
  const stream = core.replicate(true)
  socket.pipe(stream).pipe(socket)
  const done = core.findingPeers()
  stream.noiseStream.once('open', done)
  await core.update({ wait: true })
  await core.download({ start: 0, end: core.length }).done()
  socket.on('error', () => {})
  stream.on('error', () => {})
  stream.destroy()
  await core.close()
  const again = new Hypercore(directory, key)
  await again.ready()
  say('replica, opened again', await stateOf(again))
  await again.close()
  process.exit()
}

// A core that is closed closes the storage below it: they stay open to the end.
async function main() {
  let storage = new CoreStorage(directory)
  const core = await appends(storage)
  await snapshots(core)
  await streams(core)
  await atoms(storage)
  await encryption(storage)
  await replication(storage)
  const before = await stateOf(core)
  await core.close()
  await storage.close()
  storage = new CoreStorage(directory)
  const again = await open(storage, 'appends')
  say('opened again', { same: JSON.stringify(await stateOf(again)) === JSON.stringify(before), ...before })
  say('user data', { colour: String(await again.getUserData('colour')) })
  const names = ['atom a', 'atom b', 'replicated']
  for (const name of names) {
    const other = await open(storage, name)
    say(`${name}, opened again`, { ...(await stateOf(other)), ...(await audited(other)) })
  }
  await again.close()
  await storage.close()
  process.exit()
}

await (role === 'replica' ? replica() : main())
