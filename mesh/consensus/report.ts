import type { NodeId } from '../raft/entry.ts'

/** How a node reaches another. */
export interface ReportedLink {
  peer: NodeId
  /** Not by way of a relay. */
  isDirect: boolean
  rttMs?: number
}

/** What a node tells the leader about itself, every few seconds. */
export interface Report {
  /** The highest level this build knows, see mesh/log/feature-level.ts. */
  featureLevel: number
  /** Of its own Raft log; absent before its first write. */
  writeP99Ms?: number
  /** How far its machine's clock is ahead of that of this leader; absent before the first answer. */
  aheadMs?: number
  /** What runs above the mesh has said lately that it works; absent from builds that do not know of it. */
  isAlive?: boolean
  /** To every peer that it is connected with. */
  links: ReportedLink[]
}

/** What the leader answers, at once: by it a node knows what time it is. */
export interface Answer {
  /** The leader's machine's clock, and cluster time as the leader has it. */
  machineMs: number
  clusterMs: number
}

export type ReportMessage = { number: number } & ({ report: Report } | { answer: Answer })

/** First byte; JSON follows, since it is rare and small. Fields only get added. */
const format = 1
/** Of a report, so that a broken peer cannot fill the memory. */
const maxLinks = 4096

export function encodeReportMessage(message: ReportMessage): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(message))
  const bytes = new Uint8Array(body.byteLength + 1)
  bytes[0] = format
  bytes.set(body, 1)
  return bytes
}

/** Undefined when no release of ours wrote it. */
export function decodeReportMessage(bytes: Uint8Array): ReportMessage | undefined {
  if (bytes[0] === undefined || bytes[0] < format) return undefined
  let value: { number?: unknown; report?: Partial<Report>; answer?: Partial<Answer> }
  try {
    value = JSON.parse(new TextDecoder().decode(bytes.subarray(1)))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !isNumber(value.number)) return undefined
  const { number } = value
  const report = asReport(value.report)
  if (report !== undefined) return { number, report }
  const answer = asAnswer(value.answer)
  return answer === undefined ? undefined : { number, answer }
}

function asReport(value: Partial<Report> | undefined | null): Report | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { featureLevel, writeP99Ms, aheadMs, isAlive, links } = value
  if (!isNumber(featureLevel) || !isAbsentOr(writeP99Ms) || !isAbsentOr(aheadMs)) return undefined
  if (!Array.isArray(links) || links.length > maxLinks || !links.every(isLink)) return undefined
  return { featureLevel, writeP99Ms, aheadMs, isAlive: isAlive === true, links }
}

function asAnswer(value: Partial<Answer> | undefined | null): Answer | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { machineMs, clusterMs } = value
  return isNumber(machineMs) && isNumber(clusterMs) ? { machineMs, clusterMs } : undefined
}

function isLink(value: unknown): value is ReportedLink {
  if (typeof value !== 'object' || value === null) return false
  const { peer, isDirect, rttMs } = value as Partial<ReportedLink>
  return typeof peer === 'string' && typeof isDirect === 'boolean' && isAbsentOr(rttMs)
}

function isAbsentOr(value: unknown): value is number | undefined {
  return value === undefined || isNumber(value)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
