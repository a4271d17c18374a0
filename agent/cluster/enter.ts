import { rm, writeFile } from 'node:fs/promises'
import { systemClock } from '../../mesh/clock/clock.ts'
import { clusterKeyPair } from '../../mesh/identity/cluster-key.ts'
import { joinCluster } from '../../mesh/identity/join.ts'
import { createKeyring, type Keyring, parseKeyring, writeKeyring } from '../../mesh/identity/keyring.ts'
import type { NodeKey } from '../../mesh/identity/node-key.ts'
import { readPrivateFile } from '../../mesh/identity/private-file.ts'
import { createRecoveryKey } from '../../mesh/identity/recovery-key.ts'
import { parseToken } from '../../mesh/identity/token.ts'
import type { PeerAddresses, PeerKey } from '../../mesh/link/links.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { SwarmJoinDialler } from '../../mesh/swarm/join-dialler.ts'
import { Multicast } from '../../mesh/swarm/multicast.ts'
import { WebSocketJoinDialler } from '../../mesh/websocket/join-dialler.ts'
import type { DataDirectory } from '../data-directory.ts'
import type { NodeOptions } from '../node-options.ts'
import {
  assertAgrees,
  type ClusterSettings,
  firstPlace,
  type NodePlace,
  readPlace,
  wishedName,
  writePlace,
} from '../node-place.ts'
import { writeRemembered } from './remembered.ts'
import { type FoundToken, findToken } from './token-source.ts'

export interface EnterOptions {
  options: NodeOptions
  directory: DataDirectory
  nodeKey: NodeKey
  log: Logger
  signal: AbortSignal
}

/** A node's place in its cluster, and what its peers hold. */
export interface Entered {
  place: NodePlace
  keyring: Keyring
  /** This start made the cluster. */
  made?: ClusterMade
}

export interface ClusterMade {
  /** To be shown to a person, once; undefined where a file has it, or the cluster has none. Secret. */
  recoveryKey?: string
}

/**
 * The cluster that this node is in: the one of its data directory; else the one whose token it was given, joined now; else a
 * new one. Goes on trying while no member answers. Throws when the cluster does not take it in.
 */
export async function enterCluster(enter: EnterOptions): Promise<Entered> {
  const { options, directory } = enter
  const place = await readPlace(directory.place)
  const keyring = await readPrivateFile(directory.keyring)
  const token = findToken({
    flag: options.join.token,
    env: process.env,
    installed: directory.joinToken,
    executable: process.execPath,
  })
  if (place !== undefined && keyring !== undefined) {
    assertAgrees(options, place)
    const present = parseKeyring(directory.keyring, keyring)
    if (token !== undefined) assertSameCluster(token, place, present)
    return { place, keyring: present }
  }
  if (token !== undefined && keyring === undefined) return join(enter, token)
  return found(enter, keyring)
}

/** A token that lies about since the join does no harm; who names one now means it. */
function assertSameCluster({ text, from }: FoundToken, { clusterName }: NodePlace, keyring: Keyring): void {
  if (from !== '--join' && from !== 'SKEIN_TOKEN') return
  if (parseToken(text).clusterKey === clusterKeyPair(keyring).publicKey.toString('hex')) return
  throw new Error(
    `this node is in cluster ${clusterName} already, and the token of ${from} is another cluster's: start without it, or with an empty --data-dir`,
  )
}

/** Makes a new cluster. A keyring alone is left by a start that was cut short: it is the cluster's. */
async function found({ options, directory }: EnterOptions, stored: string | undefined): Promise<Entered> {
  const place = firstPlace(options)
  if (stored !== undefined) {
    await writePlace(directory.place, place)
    return { place, keyring: parseKeyring(directory.keyring, stored), made: {} }
  }
  const { recoveryKeyFile, showsSecrets } = options
  const recoveryKey = recoveryKeyFile !== undefined || showsSecrets ? createRecoveryKey() : undefined
  // First: without it the keyring could not be taken back.
  if (recoveryKeyFile !== undefined) await writeNewSecret(recoveryKeyFile, `${recoveryKey!.text}\n`)
  const created = await createKeyring(place.clusterName, systemClock.nowMs())
  const keyring = recoveryKey === undefined ? created : { ...created, recoveryPublicKey: recoveryKey.publicKey }
  await writeKeyring(directory.keyring, keyring)
  await writePlace(directory.place, place)
  return { place, keyring, made: recoveryKeyFile === undefined ? { recoveryKey: recoveryKey?.text } : {} }
}

async function writeNewSecret(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (isThere) throw new Error(`--recovery-key-file ${path} is there already: name a new file`)
    throw error
  }
}

async function join(enter: EnterOptions, { text, from }: FoundToken): Promise<Entered> {
  const { options, directory, nodeKey, log, signal } = enter
  const token = parseToken(text)
  const name = wishedName(options)
  const rendezvous = [...new Set([...options.mesh.rendezvous, ...token.ways.rendezvous])]
  log.info('joining a cluster', { token: from, name, members: token.ways.members.join(' ') })
  const met = new Map<PeerKey, PeerAddresses>()
  const multicast = new Multicast({
    secret: Buffer.from(token.clusterKey, 'hex'),
    ...{ clock: systemClock, log },
    changed: () => {
      for (const [key, addresses] of multicast.peers) met.set(key, addresses)
    },
  })
  await multicast.start()
  const joined = await joinCluster({
    token: { ...token, ways: { ...token.ways, rendezvous } },
    ...{ nodeKey, name, log, signal },
    replace: options.join.replace,
    diallers: [
      new WebSocketJoinDialler(() => [...met.values()].flatMap(({ webSocket }) => webSocket.map(endpointIn))),
      new SwarmJoinDialler({ dht: options.mesh.dht ?? 'public', more: () => met, log }),
    ],
  }).finally(() => multicast.close())
  const { member, keyring, members } = joined
  const settings = joined.settings as ClusterSettings
  const place: NodePlace = {
    ...settings,
    format: 1,
    nodeName: member.name,
    nodeNumber: member.number,
    isFounder: false,
  }
  const others = members.filter((other) => other.member.key !== member.key)
  await writeRemembered(directory.peers, {
    peers: new Map(others.map((other) => [other.member.key, other.addresses])),
    rendezvous,
  })
  // The place first: a keyring without one would found a cluster at the next start.
  await writePlace(directory.place, place)
  await writeKeyring(directory.keyring, keyring)
  await rm(directory.joinToken, { force: true })
  return { place, keyring }
}

/** `host:port` of a WebSocket's URL. */
function endpointIn(url: string): string {
  return new URL(url).host
}
