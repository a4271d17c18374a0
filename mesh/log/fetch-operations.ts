import type Hypercore from 'hypercore'
import type { Duplex } from 'streamx'
import type { Logger } from '../logger/logger.ts'
import { firstMissing, floorOf, openOperationsCoreIn, raiseFloor } from './operations-core.ts'
import { openStorage } from './storage.ts'

export interface FetchOptions {
  /** Directory of the cores; no log may be open on it. */
  directory: string
  seed: Uint8Array
  generation: number
  /** The other end of a `VoterLog.replicate`; destroyed when all is fetched. */
  stream: Duplex
  logger: Logger
  /** Operations that the state here has applied already: of those before only the last is fetched. */
  applied?: number
  /** Blocks before those that history asks for, the most wanted first; what the peer does not have is left out. */
  wanted?: readonly number[]
}

/**
 * Brings the operations core of a directory up to that of a peer, before a `VoterLog` is opened on it: a new voter, or one
 * that lags behind what the others keep in their Raft logs. Returns its new length.
 */
export async function fetchOperations(options: FetchOptions): Promise<number> {
  const { directory, seed, generation, stream, logger, applied = 0, wanted = [] } = options
  const storage = openStorage(directory, logger)
  const core = await openOperationsCoreIn(storage, seed, generation)
  try {
    if (applied - 1 > (await floorOf(core))) await raiseFloor(core, applied - 1)
    await fetchBlocks(core, stream, wanted)
    if (firstMissing(core, await floorOf(core)) < core.length)
      throw new Error('some operations are still missing: fetch again')
    return core.length
  } finally {
    await core.close()
    await storage.close()
  }
}

/** Wanted blocks asked for at once, and how long an answer may take: a peer says nothing of blocks that it has cleared. */
const wantedAtOnce = 256
const wantedTimeoutMs = 5000

/** After so long without a block the peer is given up: it may stand still. Many blocks wait for one slow disk. */
const idleMs = 60_000

/**
 * Brings a core up to that at the other end of the stream, which is destroyed then, and gets what else is wanted, if it can
 * be had. Throws when the stream ends before that.
 */
export async function fetchBlocks(core: Hypercore, stream: Duplex, wanted: readonly number[] = []): Promise<void> {
  const floor = await floorOf(core)
  // Else the length grows with the peer's while the blocks are on their way, and the last ones are missing at the end.
  core.core.replicator.eagerUpgrade = false
  const resumeHints = withoutHints(core)
  const replication = core.replicate(false)
  const closed = new Promise<never>((_, reject) => {
    replication.once('close', () =>
      reject(new Error('the peer went away or stood still while operations were fetched')),
    )
  })
  closed.catch(() => {})
  const giveUp = () => replication.destroy()
  let timer = setTimeout(giveUp, idleMs)
  const progressed = () => {
    clearTimeout(timer)
    timer = setTimeout(giveUp, idleMs)
  }
  core.on('download', progressed)
  core.on('append', progressed)
  // Their ends are told by `closed`.
  stream.on('error', () => {})
  replication.on('error', () => {})
  stream.pipe(replication).pipe(stream)
  try {
    // Without this the update does not wait for a peer that is not known yet.
    core.once('peer-add', core.findingPeers())
    // Forced, since hypercore asks nobody about a core that it could write itself.
    await Promise.race([core.update({ wait: true, force: true }), closed])
    await Promise.race([core.download({ start: firstMissing(core, floor), end: core.length }).done(), closed])
    core.off('download', progressed)
    clearTimeout(timer)
    await fetchWanted(core, wanted, closed)
  } finally {
    clearTimeout(timer)
    core.off('download', progressed)
    core.off('append', progressed)
    resumeHints()
    stream.destroy()
    replication.destroy()
  }
}

/**
 * Hypercore 11.37 writes its hints at every message of a peer whose core grows, and blocks wait behind them: on a slow disk for most of
 * the time. Until the returned function is called they are not; the next append writes them.
 */
export function withoutHints(core: Hypercore): () => void {
  const { flushHints } = core.core
  core.core.flushHints = async () => {}
  return () => {
    core.core.flushHints = flushHints
  }
}

async function fetchWanted(core: Hypercore, wanted: readonly number[], closed: Promise<never>): Promise<void> {
  for (let at = 0; at < wanted.length; at += wantedAtOnce) {
    const blocks = wanted.slice(at, at + wantedAtOnce)
    const range = core.download({ blocks })
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), wantedTimeoutMs)
    })
    const isLate = await Promise.race([range.done().then(() => false), late, closed]).finally(() => clearTimeout(timer))
    if (isLate) return range.destroy()
  }
}
