import type { Message } from './message.ts'
import type { Parts } from './state.ts'

type Handlers = { [type in Message['type']]: (parts: Parts, message: Extract<Message, { type: type }>) => void }

/** Which concern each message belongs to. */
const handlers: Handlers = {
  'pre-vote': ({ election }, message) => election.onPreVote(message),
  'pre-vote-response': ({ election }, message) => election.onPreVoteResponse(message),
  'request-vote': ({ election }, message) => election.onRequestVote(message),
  vote: ({ election }, message) => election.onVote(message),
  append: ({ follower }, message) => follower.onAppend(message),
  'append-accepted': ({ replication }, message) => replication.onAccepted(message),
  'append-rejected': ({ replication }, message) => replication.onRejected(message),
  heartbeat: ({ follower }, message) => follower.onHeartbeat(message),
  'heartbeat-response': ({ replication }, message) => replication.onHeartbeatResponse(message),
  'read-index': ({ reads }, message) => reads.onReadIndex(message),
  'read-index-response': ({ reads }, message) => reads.onReadIndexResponse(message),
  'snapshot-chunk': ({ snapshots }, message) => snapshots.onChunk(message),
  'snapshot-progress': ({ snapshots }, message) => snapshots.onProgress(message),
  feed: ({ feed }, message) => feed.onFeed(message),
  fed: ({ feed }, message) => feed.onFed(message),
  'timeout-now': ({ transfer }) => transfer.onTimeoutNow(),
  // Its term, which `Raft.step` has looked at, was all it had to say.
  'stale-term': () => {},
}

export function dispatch(parts: Parts, message: Message): void {
  const handle = handlers[message.type] as (parts: Parts, message: Message) => void
  handle(parts, message)
}
