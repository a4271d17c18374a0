import type { PeerKey } from '../link/links.ts'
import type { Change, Precondition } from '../store/store.ts'
import { encodeRecord, freeName, freeNumber, type Member, rememberedMs, stateKeys, tokenFault } from './member.ts'
import type { Attempt, Membership } from './membership.ts'

/** A node that wants to be a member, its key proved. */
export interface Applicant {
  key: PeerKey
  name: string
  /** Public key of the token that it came by. */
  token: string
  /** It may take the place of a member of its name that is gone. */
  replace: boolean
}

/** Why a node cannot be a member, in words for the person who started it. Nothing was changed. */
export interface AdmissionRefusal {
  refused: string
}

export type Admission = { member: Member } | AdmissionRefusal

/** What is known of members' lives where the applicant asked. */
export interface Liveness {
  nowMs: number
  isAlive(key: PeerKey): boolean
}

/**
 * Takes a node in: in one transaction the token's use, the member, its name and its number. One that asks again with the
 * same key and token (the answer was lost) gets the same answer.
 */
export function admit(membership: Membership, applicant: Applicant, liveness: Liveness): Attempt<Admission> {
  const present = membership.member(applicant.key)
  if (present !== undefined) return { value: presentAgain(present, applicant, liveness) }
  const token = membership.token(applicant.token)
  const fault = tokenFault(token, liveness.nowMs)
  if (fault !== undefined) return { value: { refused: fault } }
  const { members } = membership
  const holder = members.find(({ name }) => name === applicant.name)
  const taken = holder && nameTaken(holder, members, applicant, liveness)
  if (taken !== undefined) return { value: { refused: taken } }
  const number = holder?.number ?? freeNumber(members)
  const { key, name } = applicant
  const member: Member = { format: 1, key, name, role: 'peer', number, joinedMs: liveness.nowMs, token: token!.key }
  const used = { ...token!, uses: token!.uses + 1 }
  const changes: Change[] = [
    {
      key: stateKeys.token(used.key),
      value: encodeRecord(used),
      ttlMs: used.expiresMs - liveness.nowMs + rememberedMs,
    },
    { key: stateKeys.member(key), value: encodeRecord(member) },
    { key: stateKeys.name(name), value: Buffer.from(key) },
    { key: stateKeys.number(number), value: Buffer.from(key) },
  ]
  if (holder !== undefined) changes.push({ key: stateKeys.member(holder.key), value: null })
  return { changes, preconditions: seen(membership, changes), value: { member } }
}

/** The first member of a new cluster: the node that made it. */
export function admitFounder(membership: Membership, key: PeerKey, name: string, nowMs: number): Attempt<void> {
  if (membership.members.length > 0) return { value: undefined }
  const member: Member = { format: 1, key, name, role: 'peer', number: 0, joinedMs: nowMs }
  const changes: Change[] = [
    { key: stateKeys.member(key), value: encodeRecord(member) },
    { key: stateKeys.name(name), value: Buffer.from(key) },
    { key: stateKeys.number(0), value: Buffer.from(key) },
  ]
  return { changes, preconditions: seen(membership, changes), value: undefined }
}

/** Takes a member out: its key is worth nothing from then on, its name and number are free. */
export function expel(membership: Membership, name: string): Attempt<Member | undefined> {
  const member = membership.members.find((each) => each.name === name)
  if (member === undefined) return { value: undefined }
  const changes: Change[] = [
    { key: stateKeys.member(member.key), value: null },
    { key: stateKeys.name(name), value: null },
    { key: stateKeys.number(member.number), value: null },
  ]
  const addresses = stateKeys.addressesOf(member.key)
  if (membership.revisionOf(addresses) > 0) changes.push({ key: addresses, value: null })
  return { changes, preconditions: seen(membership, changes.slice(0, 3)), value: member }
}

function presentAgain(present: Member, applicant: Applicant, { isAlive }: Liveness): Admission {
  if (isAlive(applicant.key)) {
    return {
      refused: `the key of this data directory is that of member ${present.name}, which runs: a copy of a member cannot join; start with an empty --data-dir`,
    }
  }
  if (present.token === applicant.token && present.name === applicant.name) return { member: present }
  return {
    refused: `this node is a member already, named ${present.name}: start it without a token, or with an empty --data-dir`,
  }
}

function nameTaken(holder: Member, members: Member[], { name, replace }: Applicant, { isAlive }: Liveness) {
  if (isAlive(holder.key)) {
    return `a member named ${name} runs already: choose another name, such as --name ${freeName(name, members)}`
  }
  if (replace) return undefined
  return `a member named ${name} is there and gone at the moment: start with --replace to take its place, or with another name, such as --name ${freeName(name, members)}`
}

/** What is changed must be as it was read. */
function seen(membership: Membership, changes: Change[]): Precondition[] {
  return changes.map(({ key }) => ({ key, revision: membership.revisionOf(key) }))
}
