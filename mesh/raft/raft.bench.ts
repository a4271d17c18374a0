/**
 * How fast the core alone is: three nodes in one process, disks and network that take no time.
 *
 *     scripts/bench raft
 */
import type { Message } from './message.ts'
import { Raft } from './raft.ts'

const voters = ['1', '2', '3']
const valueBytes = 256
const seconds = 2

function measure(clients: number): { proposals: number; rounds: number } {
  const configuration = { voters, outgoing: [], learners: [] }
  const rafts = new Map(
    voters.map((id) => [id, new Raft({ id, base: { index: 0, term: 0, configuration }, random: () => 0 })]),
  )
  const leader = rafts.get('1')!
  let messages: Message[] = []
  let applied = 0
  const pump = (id: string, raft: Raft) => {
    for (let effects = raft.takeEffects(); effects !== undefined; effects = raft.takeEffects()) {
      messages.push(...effects.sendNow)
      if (effects.persist !== undefined) raft.persisted(effects.sequence)
      messages.push(...effects.send)
      const last = effects.apply.at(-1)
      if (last === undefined) continue
      raft.applied(last.index)
      if (id === '1') applied += effects.apply.length
      if (raft.status.logBytes > 4_000_000) raft.compact(last.index - 100)
    }
  }
  const settle = () => {
    for (const [id, raft] of rafts) pump(id, raft)
    while (messages.length > 0) {
      const batch = messages
      messages = []
      const touched = new Set<string>()
      for (const message of batch) {
        rafts.get(message.to)!.step(message)
        touched.add(message.to)
      }
      for (const id of touched) pump(id, rafts.get(id)!)
    }
  }
  leader.parts.election.campaign(true)
  settle()
  const data = new Uint8Array(valueBytes)
  let rounds = 0
  applied = 0
  const until = performance.now() + seconds * 1000
  for (; performance.now() < until; rounds++) {
    for (let client = 0; client < clients; client++) leader.propose(data)
    settle()
  }
  return { proposals: Math.round(applied / seconds), rounds: Math.round(rounds / seconds) }
}

const figures: string[] = []
for (const clients of [1, 16, 256, 1000]) {
  const { proposals, rounds } = measure(clients)
  console.log(`${clients} at once: ${proposals} proposals/s committed and applied by 3 nodes (${rounds} rounds/s)`)
  figures.push(`${clients} at once ${proposals}/s`)
}
console.log(`raft: ${figures.join(', ')}`)
