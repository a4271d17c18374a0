import type { Index, NodeId } from './entry.ts'

/**
 * Who takes part. While `outgoing` has members the configuration is joint: elections and commits need a majority of
 * `voters` (the new ones) and one of `outgoing` (section 6 of the paper). A learner gets the log and has no vote; one
 * that is in `outgoing` still has its vote until the joint configuration is left.
 */
export interface Configuration {
  readonly voters: readonly NodeId[]
  readonly outgoing: readonly NodeId[]
  readonly learners: readonly NodeId[]
}

/** A configuration's place in the log. */
export interface PlacedConfiguration {
  readonly index: Index
  readonly configuration: Configuration
}

/** What an operator or a loop asks for; the way there (through a joint configuration) is the leader's affair. */
export interface ConfigurationTarget {
  readonly voters: readonly NodeId[]
  readonly learners: readonly NodeId[]
}

/** A node that has not been told who takes part: it never campaigns and takes what a leader sends. */
export const emptyConfiguration: Configuration = { voters: [], outgoing: [], learners: [] }

export function isJoint(configuration: Configuration): boolean {
  return configuration.outgoing.length > 0
}

export function isVoter(configuration: Configuration, id: NodeId): boolean {
  return configuration.voters.includes(id) || configuration.outgoing.includes(id)
}

/** Every node that has a vote now, each once, sorted. */
export function votersOf(configuration: Configuration): NodeId[] {
  return [...new Set([...configuration.voters, ...configuration.outgoing])].sort()
}

/** Every node the leader sends to, itself included, each once, sorted: the order of all that is deterministic. */
export function membersOf(configuration: Configuration): NodeId[] {
  return [...new Set([...configuration.voters, ...configuration.outgoing, ...configuration.learners])].sort()
}

/** Whether those for which `holds` is true are a majority of each half. */
export function hasMajority(configuration: Configuration, holds: (id: NodeId) => boolean): boolean {
  const inHalf = (half: readonly NodeId[]) => half.filter(holds).length > half.length / 2
  return inHalf(configuration.voters) && (!isJoint(configuration) || inHalf(configuration.outgoing))
}

/** The highest index that a majority of each half has, given what each node has. */
export function majorityIndex(configuration: Configuration, matchOf: (id: NodeId) => Index): Index {
  const inHalf = (half: readonly NodeId[]) => {
    const matches = half.map(matchOf).sort((a, b) => b - a)
    return matches[Math.floor(half.length / 2)] ?? 0
  }
  const voters = inHalf(configuration.voters)
  return isJoint(configuration) ? Math.min(voters, inHalf(configuration.outgoing)) : voters
}

/**
 * The first configuration on the way to the target: joint when the voters change, the target itself otherwise.
 * Throws when the target makes no sense.
 */
export function firstStep(current: Configuration, target: ConfigurationTarget): Configuration {
  const voters = sorted(target.voters, 'voters')
  const learners = sorted(target.learners, 'learners')
  if (voters.length === 0) throw new Error('a configuration needs at least one voter')
  const both = voters.find((id) => learners.includes(id))
  if (both !== undefined) throw new Error(`${both} cannot be voter and learner at once`)
  const old = [...current.voters].sort()
  const sameVoters = old.length === voters.length && old.every((id, at) => id === voters[at])
  return { voters, outgoing: sameVoters ? [] : old, learners }
}

/** The configuration after a joint one. */
export function leaveJoint({ voters, learners }: Configuration): Configuration {
  return { voters, outgoing: [], learners }
}

/** First field of every encoded configuration. Fields only get added. */
const format = 1

/** JSON, since it is rare, small and must be readable by every later release. */
export function encodeConfiguration({ voters, outgoing, learners }: Configuration): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ format, voters, outgoing, learners }))
}

/** Throws on anything that `encodeConfiguration` of this or an older release did not write. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  const value = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Configuration> & { format?: number }
  if (value.format !== format) {
    throw new Error(`configuration of format ${value.format}, this build knows ${format}: upgrade this node`)
  }
  const { voters, outgoing, learners } = value
  if (!areIds(voters) || !areIds(outgoing) || !areIds(learners)) throw new Error('damaged configuration entry')
  return { voters, outgoing, learners }
}

function areIds(value: unknown): value is NodeId[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string')
}

function sorted(ids: readonly NodeId[], what: string): NodeId[] {
  const unique = [...new Set(ids)].sort()
  if (unique.length !== ids.length) throw new Error(`a node is named twice among the ${what}`)
  return unique
}
