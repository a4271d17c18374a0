/** A voter in a process of its own, which can be killed and stopped: its datagrams go through the parent. */
import { FastTime } from './fast-time.ts'
import type { FromVoter, ToVoter, VoterOrders } from './messages.ts'
import { openVoter } from './voter.ts'

const { id, directory, tickMs, speed, startMs } = JSON.parse(process.argv[2]!) as VoterOrders
const send = (message: FromVoter) => process.send!(message)
let deliver: (from: string, datagram: Uint8Array) => void = () => {}
process.on('disconnect', () => process.exit(1))
process.on('message', ({ from, datagram }: ToVoter) => deliver(from, datagram))

await openVoter({
  ...{ id, directory, tickMs },
  time: speed === undefined ? undefined : new FastTime(speed, startMs),
  transport: {
    send: (to, datagram) => send({ kind: 'datagram', to, datagram }),
    receive: (next) => {
      deliver = next
    },
  },
  leadershipChanged: ({ role, term }, loops) => send({ kind: 'leadership', role, term, loops }),
})
send({ kind: 'ready' })
