import { type ClusterClock, medianOffsetMs } from '../clock/cluster-clock.ts'
import type { Channel, LinkStatus, Links, PeerKey } from '../link/links.ts'
import type { NodeId } from '../raft/entry.ts'
import { decodeReportMessage, encodeReportMessage, type Report, type ReportedLink } from './report.ts'

export interface ReportsOptions {
  links: Links
  clock: ClusterClock
  /** What this node says of itself beside its links and its clock. */
  describe(): Pick<Report, 'featureLevel' | 'writeP99Ms' | 'isAlive'>
  /** Called when a report or an answer came. */
  changed(): void
}

/** A report of a peer, and when it came (`clock.monotonicMs()`). */
export interface ReceivedReport extends Report {
  receivedMs: number
}

/** The clocks of members that were not heard for longer do not count. */
const freshMs = 60_000
/** An answer that took longer tells nothing about a clock. */
const maxAnswerMs = 2000

/**
 * Every node's report to the leader, whose answer tells it the time; and the reports that this node got while it led. On the
 * protocol `report` of the links.
 */
export class Reports {
  readonly #options: ReportsOptions
  readonly #channels = new Map<PeerKey, Channel>()
  readonly #received = new Map<PeerKey, ReceivedReport>()
  readonly #alive = new Map<PeerKey, number>()
  #leader: NodeId | null = null
  #number = 0
  #asked: { number: number; atMs: number } | undefined
  #aheadMs: number | undefined
  #isCompared = false

  /** Before the links know any peer. */
  constructor(options: ReportsOptions) {
    this.#options = options
    options.links.serve({
      name: 'report',
      priority: 'control',
      opened: (channel) => {
        this.#channels.set(channel.peer, channel)
        if (channel.peer === this.#leader) this.send()
        return {
          received: (message) => this.#receive(channel, message),
          closed: () => {
            if (this.#channels.get(channel.peer) === channel) this.#channels.delete(channel.peer)
          },
        }
      },
    })
  }

  /** From now on this one is told. Reports to this node count anew when it begins to lead. */
  follow(leader: NodeId | null): void {
    if (leader === this.#leader) return
    this.#leader = leader
    this.#aheadMs = undefined
    this.#asked = undefined
    this.#received.clear()
    this.#alive.clear()
    this.send()
  }

  /** Tells the leader; to be called every few seconds. */
  send(): void {
    const { links, clock, describe } = this.#options
    if (this.#leader === links.self) this.#agreeOnTime()
    const channel = this.#leader === null ? undefined : this.#channels.get(this.#leader)
    if (channel === undefined) return
    const number = ++this.#number
    const report = { ...describe(), aheadMs: this.#aheadMs, links: reportedLinks(links.status(), links.self) }
    this.#asked = { number, atMs: clock.monotonicMs() }
    channel.send(encodeReportMessage({ number, report }))
  }

  /** The newest of each peer since this node leads. */
  get received(): ReadonlyMap<PeerKey, ReceivedReport> {
    return this.#received
  }

  /** Since this node leads: when each peer last said that what runs above its mesh works (`clock.monotonicMs()`). */
  get alive(): ReadonlyMap<PeerKey, number> {
    return this.#alive
  }

  /** This node's clock has been compared with others'. */
  get isCompared(): boolean {
    return this.#isCompared
  }

  #receive(channel: Channel, bytes: Uint8Array): void {
    const { clock } = this.#options
    const message = decodeReportMessage(bytes)
    if (message === undefined) return
    const { number } = message
    if ('answer' in message) {
      this.#answered(channel.peer, number, message.answer)
    } else if (this.#leader === this.#options.links.self) {
      const answer = { machineMs: clock.machineMs(), clusterMs: clock.nowMs() }
      channel.send(encodeReportMessage({ number, answer }))
      this.#received.set(channel.peer, { ...message.report, receivedMs: clock.monotonicMs() })
      if (message.report.isAlive) this.#alive.set(channel.peer, clock.monotonicMs())
      this.#agreeOnTime()
      this.#options.changed()
    }
  }

  #answered(from: PeerKey, number: number, { machineMs, clusterMs }: { machineMs: number; clusterMs: number }): void {
    const { clock } = this.#options
    if (from !== this.#leader || number !== this.#asked?.number) return
    const tookMs = clock.monotonicMs() - this.#asked.atMs
    this.#asked = undefined
    if (tookMs > maxAnswerMs) return
    const isFirst = this.#aheadMs === undefined
    this.#aheadMs = clock.machineMs() - (machineMs + tookMs / 2)
    clock.offsetMs = clusterMs + tookMs / 2 - clock.machineMs()
    this.#isCompared = true
    // The leader counts this clock from the next report on.
    if (isFirst) this.send()
    this.#options.changed()
  }

  #agreeOnTime(): void {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    const fresh = [...this.#received.values()].filter(({ receivedMs }) => nowMs - receivedMs < freshMs)
    const aheadMs = fresh.flatMap((report) => report.aheadMs ?? [])
    clock.offsetMs = medianOffsetMs(aheadMs, clock.offsetMs)
    this.#isCompared ||= aheadMs.length > 0
  }
}

/** Of a node's links as they are: those that are connected. */
export function reportedLinks(status: readonly LinkStatus[], self: PeerKey): ReportedLink[] {
  return status
    .filter(({ state, peer }) => state === 'connected' && peer !== self)
    .map(({ peer, way, rttMs }) => ({ peer, isDirect: way !== 'relayed', rttMs }))
}
