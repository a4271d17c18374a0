import { rm } from 'node:fs/promises'
import { type Keyring, writeKeyring } from '../mesh/identity/keyring.ts'
import { stateKeys } from '../mesh/identity/member.ts'
import { readPrivateFile, writePrivateFile } from '../mesh/identity/private-file.ts'
import { openLoneVoter } from '../mesh/log/lone-voter.ts'
import { makeSoleVoter } from '../mesh/log/sole-voter.ts'
import type { VoterLogOptions } from '../mesh/log/voter-log.ts'
import { encodeImage } from '../mesh/store/image-file.ts'
import { importImage } from '../mesh/store/import-image.ts'
import { ReplicatedStore } from '../mesh/store/replicated.ts'
import { type AdminHandlers, AdminRefusal } from './admin-socket.ts'
import type { DataDirectory } from './data-directory.ts'
import { type NodePlace, writePlace } from './node-place.ts'
import { removeState, writeSnapshot } from './snapshot.ts'

/** A voter of the log, and whether it answered just now; this node always does. */
export interface VoterAnswer {
  name: string
  answers: boolean
}

/** What a person is told before the quorum is given up. */
export interface RecoveryOutlook {
  clusterName: string
  voters: VoterAnswer[]
  majorityAnswers: boolean
  revision: number
}

/** Admin requests: what it would mean, and doing it at the next start. */
export const outlookRequest = 'recovery-outlook'
export const recoverRequest = 'recover'

export interface RecoverySources {
  directory: DataDirectory
  place: NodePlace
  keyring: Keyring
  /** Asks each voter, waiting a few seconds at most. */
  whoAnswers(): Promise<VoterAnswer[]>
  revision(): number
}

/** Kept from the request until the recovery is done, over any crash in between. */
interface RecoveryOrder {
  format: 1
  /** The generation that begins. */
  generation: number
}

export function recoveryHandlers(sources: RecoverySources): AdminHandlers {
  const { directory, place, keyring, whoAnswers, revision } = sources
  const outlook = async (): Promise<RecoveryOutlook> => {
    const voters = await whoAnswers()
    const majorityAnswers = voters.filter(({ answers }) => answers).length > voters.length / 2
    return { clusterName: place.clusterName, voters, majorityAnswers, revision: revision() }
  }
  return {
    [outlookRequest]: outlook,
    async [recoverRequest](request) {
      const { clusterName } = (request ?? {}) as { clusterName?: unknown }
      if (clusterName !== place.clusterName) throw new AdminRefusal('the cluster is not called that: nothing was done')
      assertNoMajority(await outlook())
      const order: RecoveryOrder = { format: 1, generation: keyring.operations.generation + 1 }
      await writePrivateFile(directory.recoveryOrder, `${JSON.stringify(order)}\n`)
    },
  }
}

/** Throws AdminRefusal when most voters answer: two clusters of one name would be worse than none. */
export function assertNoMajority({ voters, majorityAnswers }: RecoveryOutlook): void {
  if (!majorityAnswers) return
  const answering = voters.filter(({ answers }) => answers).map(({ name }) => name)
  throw new AdminRefusal(
    `${answering.length} of ${voters.length} voters answer (${answering.join(', ')}): the cluster has its quorum, nothing was done`,
  )
}

export interface RecoveryOptions
  extends Pick<VoterLogOptions, 'seed' | 'secret' | 'cluster' | 'id' | 'clock' | 'logger'> {
  directory: DataDirectory
  place: NodePlace
  keyring: Keyring
}

/**
 * Does what `recover` was asked for, before anything else is opened: all that this node's disk has of the log is committed,
 * and the state begins a new generation with this node as its only voter and member. Gives keyring and place as they are
 * then, or undefined when nothing was asked for. Goes on after a crash.
 */
export async function recoverIfAsked(
  options: RecoveryOptions,
): Promise<{ keyring: Keyring; place: NodePlace } | undefined> {
  const { directory, place, keyring, logger } = options
  const order = await readOrder(directory.recoveryOrder)
  if (order === undefined) return undefined
  const image = `${directory.recoveryOrder}.image`
  if (keyring.operations.generation < order.generation) {
    if (!(await Bun.file(image).exists())) await saveState(options, image)
    await removeState(directory)
    const own = ownKeys(options)
    const drops = (key: string) => key.startsWith(stateKeys.all) && !own.has(key)
    await importImage(Bun.file(image).stream(), { viewFile: directory.view, logger, as: 'anew', drops })
  }
  const recovered: Keyring = { ...keyring, operations: { ...keyring.operations, generation: order.generation } }
  const founder: NodePlace = { ...place, isFounder: true }
  await writePlace(directory.place, founder)
  await writeKeyring(directory.keyring, recovered)
  await rm(directory.peers, { force: true })
  await rm(image, { force: true })
  await rm(directory.recoveryOrder)
  logger.warn('the cluster goes on from this node alone', { generation: order.generation })
  return { keyring: recovered, place: founder }
}

/** Of all members only this one stays. */
function ownKeys({ id, place }: RecoveryOptions): Set<string> {
  const { member, name, number, addressesOf } = stateKeys
  return new Set([member(id), name(place.nodeName), number(place.nodeNumber), addressesOf(id)])
}

async function saveState(options: RecoveryOptions, file: string): Promise<void> {
  const { directory, keyring, clock, logger } = options
  const log = { ...options, directory: directory.operationsLog, generation: keyring.operations.generation }
  await makeSoleVoter(log)
  const voter = await openLoneVoter(log)
  const store = await ReplicatedStore.open({ log: voter, viewFile: directory.view, clock, logger })
  try {
    await writeSnapshot(encodeImage(store.image(false)), file)
  } finally {
    await store.close()
    await voter.close()
  }
}

async function readOrder(path: string): Promise<RecoveryOrder | undefined> {
  const text = await readPrivateFile(path)
  if (text === undefined) return undefined
  const order = JSON.parse(text) as RecoveryOrder
  if (order.format !== 1) throw new Error(`${path} has format ${order.format}, this build knows 1: upgrade this node`)
  return order
}
