import { join } from 'node:path'
import { until } from '../lab/until.ts'
import { Child } from './lines.ts'
import { identities, readerNumber, voterCount } from './skein-links.ts'
import type { Target } from './target.ts'

/** Three voters of ours. */
export async function startSkein(directory: string): Promise<Target> {
  const here = import.meta.dir
  const opened = new Set<number>()
  const newest = { leader: null as string | null, term: 0 }
  let load: Child | undefined
  const tell = () => void load?.ask({ what: 'leader', leader: newest.leader }).catch(() => {})
  const member = (number: number) =>
    new Child(
      [process.execPath, join(here, 'skein-member.ts'), `${number}`, join(directory, `${number}`)],
      (message) => {
        if (message.opened) opened.add(number)
        const { leader, term } = message as { leader: string | null; term: number }
        if (term === undefined || term < newest.term || (term === newest.term && leader === null)) return
        Object.assign(newest, { leader, term })
        tell()
      },
    )
  const members = [0, 1, 2].map(member)
  await until('three voters of skein', async () => {
    if (opened.size < 3) return false
    const { voters, outgoing } = await members[0]!.ask<{ voters: string[]; outgoing: string[] }>({ what: 'status' })
    return voters.length === 3 && outgoing.length === 0
  })
  load = new Child([process.execPath, join(here, 'skein-load.ts')])
  tell()
  await load.ask({ what: 'puts', clients: 1, limit: { count: 10 } })
  const leader = async () => members[identities.findIndex(({ key }) => key === newest.leader)]!
  return {
    name: 'skein',
    members,
    load,
    leader,
    async restart(killed) {
      opened.delete(members.indexOf(killed))
      killed.restart()
      await until('a voter of skein is back', async () => {
        if (opened.size < 3) return false
        const { linked } = await load.ask<{ linked: number }>({ what: 'linked' })
        return linked === 3
      })
    },
    startReader: async () => {
      const child = member(readerNumber)
      const tellMembers = (count: number) => Promise.all(members.map((one) => one.ask({ what: 'members', count })))
      const learners = async () => (await (await leader()).ask<{ learners: string[] }>({ what: 'status' })).learners
      await tellMembers(readerNumber + 1)
      await until('a learner of skein', async () => opened.has(readerNumber) && (await learners()).length === 1)
      return {
        about: "a learner's own process, from its own state",
        child,
        async stop() {
          child.kill()
          await child.exited
          opened.delete(readerNumber)
          await tellMembers(voterCount)
          await until('the learner is no member', async () => (await learners()).length === 0)
        },
      }
    },
    async stop() {
      for (const child of [...members, load]) child.kill()
      await Promise.all([...members, load].map(({ exited }) => exited))
    },
  }
}
