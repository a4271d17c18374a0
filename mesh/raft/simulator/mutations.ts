import type { Persist } from '../effects.ts'
import type { Message } from '../message.ts'
import type { Raft } from '../raft.ts'

/** The algorithm broken on purpose, from outside: the simulator must notice. */
export interface Mutation {
  name: string
  /** Changes the core of every node as it starts. */
  patch?: (raft: Raft) => void
  /** Changes what reaches the disk. */
  persist?: (persist: Persist) => Persist
  /** Changes a message as it leaves. */
  message?: (message: Message, raft: Raft) => Message | undefined
  sendsBeforePersist?: boolean
}

export const mutations: Mutation[] = [
  { name: 'term and vote are not written to disk', persist: (persist) => ({ ...persist, hardState: undefined }) },
  { name: 'messages leave before what they promise is durable', sendsBeforePersist: true },
  {
    name: 'the leader counts its own copy before it is durable',
    patch: ({ parts: { state } }) => {
      Object.defineProperty(state.log, 'stable', { get: () => state.log.lastIndex })
    },
  },
  {
    name: 'entries of an older term are committed by counting',
    patch: ({ parts }) => {
      parts.replication.mayCommit = () => true
    },
  },
  {
    name: 'votes go to candidates with an older log',
    patch: ({ parts }) => {
      parts.state.log.isUpToDate = () => true
    },
  },
  {
    name: 'a second vote is given in the same term',
    patch: ({ parts }) => {
      parts.election.mayVoteFor = () => true
    },
  },
  {
    name: 'entries are accepted without the one before them',
    patch: ({ parts: { state } }) => {
      state.log.matches = ({ index }) => index <= state.log.lastIndex
    },
  },
  {
    name: 'every append cuts the log behind it, conflict or not',
    patch: ({ parts: { state, follower } }) => {
      const accept = follower.accept.bind(follower)
      follower.accept = (entries) => {
        const last = entries.at(-1)?.index ?? state.log.lastIndex
        if (last < state.log.lastIndex && last > state.log.base.index) {
          state.log.truncateFrom(last + 1)
          state.membership.truncateFrom(last + 1)
          state.commit = Math.min(state.commit, last)
        }
        accept(entries)
      }
    },
  },
  {
    name: 'entries of the leader are written without saying what peers gave before them',
    persist: (persist) => (persist.chunks.length === 0 ? { ...persist, snapshot: undefined } : persist),
  },
  {
    name: 'heartbeats carry a commit index beyond what the follower is known to have',
    message: (message, raft) => (message.type === 'heartbeat' ? { ...message, commit: raft.status.commit } : undefined),
  },
  {
    name: 'reads are served without asking a majority',
    patch: ({ parts }) => {
      parts.reads.isConfirmed = () => true
    },
  },
  {
    name: 'reads are served before an entry of the own term is committed',
    patch: ({ parts: { reads } }) => {
      const startLeading = reads.startLeading.bind(reads)
      reads.startLeading = () => {
        startLeading()
        reads.onCommit()
      }
    },
  },
  {
    name: 'the old majority is not asked during a change of voters',
    patch: ({ parts: { state } }) => {
      const { membership } = state
      Object.defineProperty(membership, 'current', {
        get: () => ({ ...membership.at(Number.POSITIVE_INFINITY), outgoing: [] }),
      })
    },
  },
  {
    name: 'a change of voters begins before the last one is finished',
    patch: ({ parts: { changes } }) => {
      Object.defineProperty(changes, 'isPending', { get: () => false })
    },
  },
]
