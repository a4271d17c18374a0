import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Keyring } from '../mesh/identity/keyring.ts'
import { writeKeyring } from '../mesh/identity/keyring.ts'
import { stateKeys } from '../mesh/identity/member.ts'
import { makePrivateDirectory } from '../mesh/identity/private-file.ts'
import { openSealed, parseRecoveryKey, sealFor } from '../mesh/identity/recovery-key.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import { decodeHeader, type ImageHeader } from '../mesh/store/image.ts'
import { decodeImage, encodeImage, type Section } from '../mesh/store/image-file.ts'
import { importImage } from '../mesh/store/import-image.ts'
import type { ReplicatedStore } from '../mesh/store/replicated.ts'
import { type AdminHandlers, AdminRefusal } from './admin-socket.ts'
import { firstNodeNumber } from './cluster-addresses.ts'
import { type DataDirectory, dataDirectoryAt } from './data-directory.ts'
import { type NodePlace, writePlace } from './node-place.ts'
import { release } from './release.ts'

/** The admin request that streams a snapshot. */
export const snapshotRequest = 'snapshot'

export interface SnapshotSources {
  store: ReplicatedStore
  keyring: Keyring
  place: NodePlace
}

/** The keyring in a snapshot, as JSON. */
type KeyringSection = { format: 1; sealed: string } | { format: 1; plain: Keyring }

/** What a running node answers on its admin socket. */
export function snapshotHandlers(sources: SnapshotSources): AdminHandlers {
  return {
    [snapshotRequest]: (request) => encodeImage(sections(sources, (request as { plain?: boolean })?.plain === true)),
  }
}

async function* sections({ store, keyring, place }: SnapshotSources, plain: boolean): AsyncGenerator<Section> {
  const { recoveryPublicKey } = keyring
  if (recoveryPublicKey === undefined && !plain) {
    throw new AdminRefusal(
      'this cluster was made without a recovery key, so its keys would lie open in the snapshot: say --plain to take it so, and keep the file like a key',
    )
  }
  const { clusterName, clusterDomain, clusterCidr, serviceCidr, nodeCidr } = place
  const settings = { clusterName, clusterDomain, clusterCidr, serviceCidr, nodeCidr }
  const about = { ...settings, generation: keyring.operations.generation, release: release.version }
  for await (const section of store.image(false, about)) {
    yield section
    if (section.kind !== 'header') continue
    const content: KeyringSection = plain
      ? { format: 1, plain: keyring }
      : {
          format: 1,
          sealed: Buffer.from(sealFor(recoveryPublicKey!, Buffer.from(JSON.stringify(keyring)))).toString('base64'),
        }
    yield { kind: 'keyring', payload: Buffer.from(JSON.stringify(content)) }
  }
}

/** Writes what is streamed to a file that only its owner reads: there whole and durable, or not at all. Gives its size. */
export async function writeSnapshot(chunks: AsyncIterable<Uint8Array>, file: string): Promise<number> {
  const temporary = `${file}.new`
  const handle = await open(temporary, 'w', 0o600)
  let sizeBytes = 0
  try {
    await handle.chmod(0o600)
    for await (const chunk of chunks) {
      await handle.writeFile(chunk)
      sizeBytes += chunk.byteLength
    }
    await handle.sync()
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return sizeBytes
}

export interface RestoreOptions {
  file: string
  dataDirectory: string
  nodeName: string
  /** The text of the recovery key; needed when the keyring is sealed. */
  recoveryKey?: string
  logger: Logger
}

/** What came back, for the one who asked. */
export interface Restored {
  place: NodePlace
  revision: number
  generation: number
}

/**
 * Makes the data directory of the first node of a cluster as a snapshot has it: a new generation of its operations, its
 * members forgotten. Nothing but the file is needed. Throws when the directory is in use, or the file or the key will not do.
 */
export async function restoreSnapshot(options: RestoreOptions): Promise<Restored> {
  const { file, nodeName, logger } = options
  const directory = dataDirectoryAt(options.dataDirectory)
  for (const path of [directory.keyring, directory.place]) {
    if (existsSync(path)) throw new Error(`${directory.root} is that of a node already: choose an empty --data-dir`)
  }
  const { header, keyring } = await readSecrets(file, options.recoveryKey)
  const place = placeOf(header, nodeName)
  await removeState(directory)
  for (const path of [directory.root, dirname(directory.view), dirname(directory.keyring)])
    await makePrivateDirectory(path)
  await importImage(Bun.file(file).stream(), {
    viewFile: directory.view,
    logger,
    as: 'anew',
    drops: (key) => key.startsWith(stateKeys.all),
  })
  const generation = keyring.operations.generation + 1
  await writeKeyring(directory.keyring, { ...keyring, operations: { ...keyring.operations, generation } })
  // Last: with its place a node is one.
  await writePlace(directory.place, place)
  return { place, revision: header.position.revision, generation }
}

/** Operations and state of another life of this directory; its keys and volumes stay. */
export async function removeState(directory: DataDirectory): Promise<void> {
  await rm(directory.operationsLog, { recursive: true, force: true })
  for (const suffix of ['', '-wal', '-shm', '.new']) await rm(directory.view + suffix, { force: true })
}

async function readSecrets(file: string, key: string | undefined): Promise<{ header: ImageHeader; keyring: Keyring }> {
  let header: ImageHeader | undefined
  for await (const section of decodeImage(Bun.file(file).stream())) {
    if (header === undefined) header = decodeHeader(section)
    else if (section.kind === 'keyring') return { header, keyring: keyringOf(section, key) }
  }
  throw new Error(`${file} has no keyring: it is no snapshot of a cluster`)
}

function keyringOf({ payload }: Section, key: string | undefined): Keyring {
  const content = JSON.parse(Buffer.from(payload).toString()) as KeyringSection
  if ('plain' in content) return content.plain
  if (key === undefined) throw new Error('the keyring in this snapshot is sealed: give --recovery-key-file FILE')
  return JSON.parse(Buffer.from(openSealed(parseRecoveryKey(key), Buffer.from(content.sealed, 'base64'))).toString())
}

function placeOf({ about }: ImageHeader, nodeName: string): NodePlace {
  const text = (name: string) => {
    const value = about[name]
    if (typeof value !== 'string') throw new Error(`the snapshot does not say its cluster's ${name}`)
    return value
  }
  return {
    format: 1,
    clusterName: text('clusterName'),
    clusterDomain: text('clusterDomain'),
    clusterCidr: text('clusterCidr'),
    serviceCidr: text('serviceCidr'),
    nodeCidr: text('nodeCidr'),
    nodeName,
    nodeNumber: firstNodeNumber,
    isFounder: true,
  }
}
