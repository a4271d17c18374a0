import type { NamedLink, NodeStatus, QuorumStatus } from '../status.ts'
import type { PullStatus } from '../worker/image/images.ts'

/** A node's status for people. */
export function statusText(status: NodeStatus): string {
  const { node, cluster, ready, version, pid, parts, quorum, links = [], pulls = [], remarks = [] } = status
  const who = node === '' ? 'this node is in no cluster yet, and' : `node ${node} of cluster ${cluster}`
  const head = `${who} is ${ready ? 'ready' : 'not ready'} (skein ${version}, pid ${pid})`
  const rows = parts.map(({ name, state, message }) => [name, state, message])
  if (quorum !== undefined) rows.push(['quorum', quorum.role, quorumText(quorum)])
  for (const link of links) rows.push([`link ${link.node}`, link.state, linkText(link)])
  for (const pull of pulls) rows.push([`image ${pull.image}`, 'pulling', pullText(pull)])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map(
    ([name, state, text]) => `  ${name!.padEnd(widths[0]!)}  ${state!.padEnd(widths[1]!)}  ${text}`,
  )
  return [head, ...lines.map((line) => line.trimEnd()), ...remarks.map((remark) => `! ${remark}`)].join('\n')
}

function quorumText({ leader, term, voters, learners, heldBack }: QuorumStatus): string {
  const parts = [leader === null ? 'no leader' : `led by ${leader} in term ${term}`]
  if (voters.length > 0) parts.push(`voters ${voters.join(', ')}`)
  if (learners.length > 0) parts.push(`learners ${learners.join(', ')}`)
  parts.push(...heldBack.map(({ node, reason }) => `${node} does not vote yet: ${reason}`))
  return parts.join('; ')
}

function pullText({ progress, sinceMs }: PullStatus): string {
  const far = progress && `${bytesText(progress.receivedBytes)} of ${bytesText(progress.totalBytes)}`
  return [far, `since ${new Date(sinceMs).toISOString()}`].filter(Boolean).join(', ')
}

function linkText(link: NamedLink): string {
  const { state, way, via, rttMs, sentBytes, receivedBytes, lostPackets = 0, wayChanges, sinceMs, lastError } = link
  const parts: string[] = []
  if (way !== undefined) parts.push(via === undefined ? way : `${way} ${via}`)
  if (rttMs !== undefined) parts.push(`${rttMs.toFixed(1)} ms`)
  if (state === 'connected') parts.push(`${bytesText(sentBytes)} sent, ${bytesText(receivedBytes)} received`)
  if (lostPackets > 0) parts.push(counted(lostPackets, 'packet lost', 'packets lost'))
  if (sinceMs !== undefined) parts.push(`since ${new Date(sinceMs).toISOString()}`)
  if (wayChanges > 0) parts.push(`way changed ${counted(wayChanges, 'time', 'times')}`)
  if (lastError !== undefined) parts.push(state === 'connected' ? `last error: ${lastError}` : lastError)
  return parts.join(', ')
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
