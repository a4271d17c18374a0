import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { keyPair } from 'hypercore-crypto'
import { systemClock } from '../mesh/clock/clock.ts'
import type { Keyring } from '../mesh/identity/keyring.ts'
import type { NodeKey } from '../mesh/identity/node-key.ts'
import { makePrivateDirectory } from '../mesh/identity/private-file.ts'
import { openLoneVoter } from '../mesh/log/lone-voter.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import type { Leadership } from '../mesh/raft/effects.ts'
import { ReplicatedStore } from '../mesh/store/replicated.ts'
import type { Store } from '../mesh/store/store.ts'
import type { DataDirectory } from './data-directory.ts'

export interface StoreSources {
  directory: DataDirectory
  nodeKey: NodeKey
  keyring: Keyring
  log: Logger
}

/** The store of this node, and who leads. */
export interface OpenStore {
  store: Store
  leadership: LeadershipFeed
  stop(): Promise<void>
}

type Follower = (leadership: Leadership) => Promise<void>

/** Tells one follower of the present leadership, and of every later one. */
export class LeadershipFeed {
  #current: Leadership = { role: 'follower', term: 0, leader: null }
  #follower: Follower | undefined

  change(leadership: Leadership): void {
    this.#current = leadership
    void this.#follower?.(leadership)
  }

  /** Resolves when the follower has taken the present one in. */
  follow(follower: Follower): Promise<void> {
    this.#follower = follower
    return follower(this.#current)
  }
}

/** Opens the log as the one voter of its cluster, and the store over it. Joining brings the others. */
export async function openVoterStore({ directory, nodeKey, keyring, log }: StoreSources): Promise<OpenStore> {
  const shared = { clock: systemClock, logger: log.child('store') }
  const { seed, generation } = keyring.operations
  const id = keyPair(Buffer.from(nodeKey.seed, 'hex')).publicKey.toString('hex')
  const leadership = new LeadershipFeed()
  const operations = await openLoneVoter({
    directory: directory.operationsLog,
    seed: Buffer.from(seed, 'hex'),
    generation,
    secret: digest('skein raft log', nodeKey.seed),
    cluster: digest('skein cluster', keyring.clusterSeed).toString('hex'),
    id,
    leadershipChanged: (changed) => leadership.change(changed),
    ...shared,
  })
  try {
    await makePrivateDirectory(dirname(directory.view))
    const store = await ReplicatedStore.open({ log: operations, viewFile: directory.view, ...shared })
    const stop = async () => {
      await store.close()
      await operations.close()
    }
    return { store, leadership, stop }
  } catch (error) {
    await operations.close()
    throw error
  }
}

/** A value that follows from a secret without telling it. */
function digest(purpose: string, secret: string): Buffer {
  return createHash('sha256').update(purpose).update(secret).digest()
}
