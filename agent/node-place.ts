import { hostname } from 'node:os'
import { readPrivateFile, writePrivateFile } from '../mesh/identity/private-file.ts'
import { firstNodeNumber } from './cluster-addresses.ts'
import { type NodeOptions, nodeName, OptionError } from './node-options.ts'

/** What is the same on every node of a cluster, from its first moment on. A node that joins is told. */
export interface ClusterSettings {
  clusterName: string
  clusterDomain: string
  /** Pod addresses of the whole cluster. */
  clusterCidr: string
  serviceCidr: string
  /** Addresses of the nodes themselves in the mesh. */
  nodeCidr: string
}

/** A node's place in its cluster. Kept in its data directory: it starts with it when no other node answers. */
export interface NodePlace extends ClusterSettings {
  format: 1
  nodeName: string
  /** Its addresses follow from it. */
  nodeNumber: number
  /** It made the cluster, or restored or recovered it: it begins the log when there is none. One that joined never does. */
  isFounder: boolean
}

const defaults: ClusterSettings = {
  clusterName: 'skein',
  clusterDomain: 'cluster.local',
  clusterCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
  nodeCidr: '10.44.0.0/16',
}

const flags: Record<keyof ClusterSettings | 'nodeName', string> = {
  clusterName: '--cluster-name',
  clusterDomain: '--cluster-domain',
  clusterCidr: '--cluster-cidr',
  serviceCidr: '--service-cidr',
  nodeCidr: '--node-cidr',
  nodeName: '--name',
}

/** How a node calls itself when nobody has named it. Throws OptionError when the host's name cannot serve. */
export function wishedName(options: NodeOptions): string {
  return options.place.nodeName ?? nodeName(hostname().toLowerCase())
}

/** Of the first node of a new cluster. */
export function firstPlace(options: NodeOptions): NodePlace {
  return {
    format: 1,
    ...defaults,
    ...options.place,
    nodeName: wishedName(options),
    nodeNumber: firstNodeNumber,
    isFounder: true,
  }
}

/** Throws OptionError when a flag was given that says something else than what the node is already. */
export function assertAgrees(options: NodeOptions, place: NodePlace): void {
  for (const [key, flag] of Object.entries(flags) as [keyof typeof flags, string][]) {
    const given = options.place[key]
    if (given === undefined || given === place[key]) continue
    throw new OptionError(
      `${flag} ${given}: this node is in a cluster where it is ${place[key]}; leave the flag out, or start with an empty --data-dir`,
    )
  }
}

/** undefined when the node is in no cluster yet. Throws when the file is damaged or of a newer build. */
export async function readPlace(path: string): Promise<NodePlace | undefined> {
  const text = await readPrivateFile(path)
  if (text === undefined) return undefined
  let place: NodePlace
  try {
    place = JSON.parse(text)
  } catch {
    throw new Error(`${path} is damaged (no JSON): restore it, or start with an empty data directory`)
  }
  if (place.format !== 1) throw new Error(`${path} has format ${place.format}, this build knows 1: upgrade this node`)
  return place
}

export function writePlace(path: string, place: NodePlace): Promise<void> {
  return writePrivateFile(path, `${JSON.stringify(place, undefined, 2)}\n`)
}
