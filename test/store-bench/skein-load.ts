/** The load on the voters, in a process of its own: forwards writes over a link to whoever leads, as a learner does. */
import { systemClock } from '../../mesh/clock/clock.ts'
import { RaftChannel } from '../../mesh/consensus/raft-channel.ts'
import { decodeDatagram, encodeDatagram } from '../../mesh/log/datagram.ts'
import { Proposer } from '../../mesh/log/proposer.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { encodeTransaction } from '../../mesh/store/operation.ts'
import { say, serveLines } from './lines.ts'
import { load, nextPut, untilAcknowledged } from './load.ts'
import { identities, loadNumber, openBenchLinks } from './skein-links.ts'

const links = await openBenchLinks(loadNumber)
const channel = new RaftChannel({
  links,
  identity: { cluster: 'bench', generation: 1 },
  clock: systemClock,
  logger: silentLogger,
})
const proposer = new Proposer({
  id: identities[loadNumber]!.key,
  clock: systemClock,
  send: (to, datagram) => channel.send(to, encodeDatagram(datagram)),
  proposeHere: () => Promise.reject(new Error('the load leads nobody')),
  assertOpen: () => {},
})
channel.receive((_from, bytes) => {
  const datagram = decodeDatagram(bytes)
  if (datagram.kind === 'outcome') proposer.answered(datagram.number, datagram.outcome)
})
links.connect()

const author = { user: 'system:bench', peer: 'load' }
async function put(): Promise<void> {
  const { key, value, counter } = nextPut()
  const id = { origin: `load ${process.pid}`, counter }
  const payload = encodeTransaction({ id, class: 'durable', author, preconditions: [], changes: [{ key, value }] })
  await proposer.propose(payload, 10_000)
}

serveLines(async ({ what, leader, clients, limit }) => {
  if (what === 'leader') proposer.leadershipChanged(leader as string | null)
  else if (what === 'puts') return load(clients as number, limit as { seconds: number }, put)
  else if (what === 'write') await untilAcknowledged(put)
  else if (what === 'linked') return { linked: links.status().filter(({ state }) => state === 'connected').length }
  else throw new Error(`${what}: unknown`)
  return {}
})
say({ opened: true })
