import { Refusal } from '../refusal.ts'
import { bytesOf, Group } from './group.ts'
import { printEffects, printStatus } from './print.ts'

type Command = (...words: string[]) => void

/**
 * Runs the commands of a script and returns what the nodes did because of them. Nodes are numbers; `1>2` is the way
 * from one to another, `*` any node.
 */
export class Conversation {
  #lines: string[] = []
  #isQuiet = false
  readonly #group = new Group({ maxInflightAppends: 4 }, (id, effects) => {
    if (!this.#isQuiet) this.#lines.push(...printEffects(id, effects))
  })

  /** Runs one block's commands, one a line; `quiet` before one hides what it prints. */
  run(block: string): string {
    this.#lines = []
    for (const line of block.split('\n')) {
      const words = line.trim().split(/\s+/)
      this.#isQuiet = words[0] === 'quiet'
      if (this.#isQuiet) words.shift()
      const command = this.#commands[words[0]!]
      if (command === undefined) throw new Error(`unknown command: ${line}`)
      command(...words.slice(1))
    }
    return this.#lines.length === 0 ? 'nothing' : this.#lines.join('\n')
  }

  readonly #commands: Record<string, Command> = {
    /** nodes 3: voters 1 to 3. */
    nodes: (count) => {
      const voters = Array.from({ length: Number(count) }, (_, at) => `${at + 1}`)
      for (const id of voters) this.#group.add(id, { voters, outgoing: [], learners: [] })
    },
    /** join 4: a node that knows nobody. */
    join: (id) => void this.#group.add(id!, { voters: [], outgoing: [], learners: [] }),
    tick: (id, count = '1') => {
      for (let at = 0; at < Number(count); at++) this.#group.run(id!, (raft) => raft.tick())
    },
    'late-tick': (id) => this.#group.run(id!, (raft) => raft.tick(true)),
    elect: (id) => this.#group.elect(id!),
    propose: (id, ...data) => {
      this.#group.run(id!, (raft) => {
        for (const text of data) this.#refused(raft.propose(bytesOf(text)))
      })
    },
    read: (id) => this.#group.run(id!, (raft) => void raft.readIndex()),
    transfer: (id, to) => this.#group.run(id!, (raft) => this.#refused(raft.transferLeadership(to!))),
    /** members 1 voters 1 2 3 learners 4 */
    members: (id, ...words) => {
      const at = words.indexOf('learners')
      const voters = words.slice(1, at < 0 ? undefined : at)
      const learners = at < 0 ? [] : words.slice(at + 1)
      this.#group.run(id!, (raft) => this.#refused(raft.proposeConfiguration({ voters, learners })))
    },
    persist: (id) => void this.#group.persist(id!),
    deliver: (way = '*>*') => void this.#group.deliver(this.#on(way)),
    drop: (way = '*>*') => void this.#group.drop(this.#on(way)),
    /** settle [without 1>2 ...]: disks and network until all is quiet, but for ways that lose everything. */
    settle: (_without, ...ways) => {
      const lost = ways.map((way) => this.#on(way))
      this.#group.settle((message) => lost.some((isOn) => isOn(message)))
    },
    'begin-feed': (id) => {
      this.#group.run(id!, (raft) => {
        if (!raft.beginFeed()) this.#lines.push('not now')
      })
    },
    /** fed 4 7/2: peers gave a learner everything up to entry 7, of term 2. */
    fed: (id, place) => {
      const [index, term] = place!.split('/').map(Number)
      this.#group.run(id!, (raft) => raft.fed({ index: index!, term: term! }))
    },
    'decline-feed': (id) => this.#group.run(id!, (raft) => raft.declineFeed()),
    compact: (id, index) => this.#group.run(id!, (raft) => raft.compact(Number(index))),
    restart: (id) => this.#group.restart(id!),
    status: (...ids) => {
      const shown = ids.length === 0 ? [...this.#group.members.keys()] : ids
      for (const id of shown) this.#lines.push(printStatus(id, this.#group.raft(id).status))
    },
    state: (id) => void this.#lines.push(this.#group.member(id!).state.join(' ')),
  }

  #refused(answer: unknown): void {
    if (answer instanceof Refusal) this.#lines.push(`refused: ${answer.code}: ${answer.message}`)
  }

  #on(way: string): (message: { from: string; to: string }) => boolean {
    const [from, to] = way.split('>')
    return (message) => (from === '*' || from === message.from) && (to === '*' || to === message.to)
  }
}
