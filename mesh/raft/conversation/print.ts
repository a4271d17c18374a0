import { type Configuration, decodeConfiguration } from '../configuration.ts'
import type { Effects, Persist } from '../effects.ts'
import type { Entry } from '../entry.ts'
import type { Message } from '../message.ts'
import type { RaftStatus } from '../raft.ts'

/** `index/term what` */
export function printEntry({ index, term, kind, data }: Entry): string {
  if (kind === 'empty') return `${index}/${term} empty`
  if (kind === 'configuration') return `${index}/${term} ${printConfiguration(decodeConfiguration(data))}`
  return `${index}/${term} ${JSON.stringify(new TextDecoder().decode(data))}`
}

export function printConfiguration({ voters, outgoing, learners }: Configuration): string {
  const parts = [`voters ${voters.join(' ')}`]
  if (outgoing.length > 0) parts.push(`outgoing ${outgoing.join(' ')}`)
  if (learners.length > 0) parts.push(`learners ${learners.join(' ')}`)
  return `(${parts.join(', ')})`
}

export function printMessage(message: Message): string {
  return `${message.from}->${message.to} term ${message.term} ${message.type}${printBody(message)}`
}

function printBody(message: Message): string {
  switch (message.type) {
    case 'pre-vote':
      return ` for term ${message.nextTerm} last ${message.last.index}/${message.last.term}`
    case 'pre-vote-response':
      return ` for term ${message.nextTerm} ${message.granted ? 'granted' : 'refused'}`
    case 'request-vote':
      return ` last ${message.last.index}/${message.last.term}${message.transfer ? ' transfer' : ''}`
    case 'vote':
      return message.granted ? ' granted' : ' refused'
    case 'append': {
      const entries = message.entries.map(printEntry).join(', ')
      return ` after ${message.previous.index}/${message.previous.term} commit ${message.commit} [${entries}]`
    }
    case 'append-accepted':
      return ` up to ${message.match}`
    case 'append-rejected':
      return ` ${message.rejected} hint ${message.hint.index}/${message.hint.term}`
    case 'heartbeat':
      return ` commit ${message.commit}${printRound(message.round)}`
    case 'heartbeat-response':
      return printRound(message.round)
    case 'read-index':
      return ` ticket ${message.ticket}`
    case 'read-index-response':
      return ` ticket ${message.ticket} index ${message.index}`
    case 'snapshot-chunk': {
      const { snapshot, offsetBytes, data, done } = message
      const place = `${snapshot.index}/${snapshot.term} ${printConfiguration(snapshot.configuration)}`
      return ` of ${place} bytes ${offsetBytes}..${offsetBytes + data.byteLength}${done ? ' done' : ''}`
    }
    case 'feed': {
      const { elsewhere, commit, configuration } = message
      const told = configuration && ` at ${configuration.index} ${printConfiguration(configuration.configuration)}`
      return ` ${elsewhere ? 'elsewhere' : 'from here'} commit ${commit}${told ?? ''}`
    }
    case 'fed':
      return `${message.isFed ? '' : ' not'} up to ${message.match} configuration ${message.configurationIndex}`
    case 'snapshot-progress':
      return ` from byte ${message.offsetBytes}`
    default:
      return ''
  }
}

function printRound(round: number): string {
  return round === 0 ? '' : ` round ${round}`
}

export function printEffects(id: string, effects: Effects): string[] {
  const { leadership, sendNow, persist, send, apply, reads, feed } = effects
  const lines: string[] = []
  if (leadership !== undefined) {
    const leader = leadership.role === 'follower' ? ` of ${leadership.leader ?? 'nobody'}` : ''
    lines.push(`${id} is ${leadership.role}${leader} in term ${leadership.term}`)
  }
  for (const message of sendNow) lines.push(`  now   ${printMessage(message)}`)
  if (persist !== undefined) lines.push(`${id} writes ${printPersist(persist)}`)
  for (const message of send) lines.push(`  then  ${printMessage(message)}`)
  for (const entry of apply) lines.push(`${id} applies ${printEntry(entry)}`)
  if (feed !== undefined) lines.push(`${id} gets entries from ${feed === 'leader' ? 'the leader' : 'peers if it can'}`)
  if (reads !== undefined) lines.push(`${id} may read up to ticket ${reads.ticket} at index ${reads.index}`)
  return lines
}

function printPersist({ hardState, chunks, snapshot, truncateFrom, entries }: Persist): string {
  const parts: string[] = []
  if (hardState !== undefined) parts.push(`term ${hardState.term} vote ${hardState.votedFor ?? 'none'}`)
  for (const { offsetBytes, data } of chunks) parts.push(`bytes ${offsetBytes}..${offsetBytes + data.byteLength}`)
  if (snapshot !== undefined) parts.push(`snapshot ${snapshot.index}/${snapshot.term}`)
  if (truncateFrom !== undefined) parts.push(`cut from ${truncateFrom}`)
  parts.push(...entries.map(printEntry))
  return parts.join(', ')
}

export function printStatus(id: string, status: RaftStatus): string {
  const { role, term, leader, base, last, stable, commit, applied, configuration } = status
  const log = `log ${base.index}..${last.index}/${last.term} durable ${stable} commit ${commit} applied ${applied}`
  return `${id} ${role} term ${term} leader ${leader ?? 'none'} ${log} ${printConfiguration(configuration)}`
}
