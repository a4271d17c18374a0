import { readFile, stat } from 'node:fs/promises'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { Address } from '../address/address.ts'
import { AnswerCache } from './cache.ts'
import { encodeQuery } from './reply.ts'
import { nameServers } from './resolver-configuration.ts'
import { Upstream } from './upstream.ts'
import { headerBytes, type Query, rcodes, readAnswer, readQuery } from './wire.ts'

export interface ForwarderOptions {
  /** The host's resolv.conf. */
  resolvConf: string
  /** Where this server itself answers. */
  ownAddresses: Address[]
  clock: Clock
  log: Logger
  /** The servers' port, for tests. */
  port?: number
}

/** Different questions under way at most; more are refused at once. */
const maxPending = 2000
const attemptMs = 1500
/** Below the 5 s after which clients ask again. */
const totalMs = 4500
const configurationCheckMs = 5000
const cacheLimits = { entries: 20_000, bytes: 16 * 1024 * 1024 }

/** Asks the host's name servers, with a cache; equal questions under way are asked once. */
export class Forwarder {
  readonly counters = { forwarded: 0, cacheHits: 0, timeouts: 0, failures: 0, overloads: 0, loops: 0 }
  readonly #options: ForwarderOptions
  readonly #cache = new AnswerCache(cacheLimits)
  readonly #pending = new Map<string, Promise<Uint8Array | undefined>>()
  /** By the random name that asks whether a server asks us in turn. */
  readonly #probes = new Map<string, Upstream>()
  #upstreams: Upstream[] = []
  #configuration = ''
  #checkedMs = Number.NEGATIVE_INFINITY
  #refreshing: Promise<void> | undefined
  #isClosed = false

  constructor(options: ForwarderOptions) {
    this.#options = options
  }

  /** The answer's bytes with the client's id and question; undefined when no server gave one. */
  async forward(query: Query, isTcp: boolean): Promise<Uint8Array | undefined> {
    const key = keyOf(query)
    const cached = this.#cache.get(key, this.#options.clock.monotonicMs())
    if (cached !== undefined) {
      this.counters.cacheHits++
      return addressed(cached, query)
    }
    const pendingKey = `${key}${isTcp}`
    let pending = this.#pending.get(pendingKey)
    if (pending === undefined) {
      if (this.#pending.size >= maxPending) {
        this.counters.overloads++
        return undefined
      }
      pending = this.#ask(query, key, isTcp).finally(() => this.#pending.delete(pendingKey))
      this.#pending.set(pendingKey, pending)
    }
    const answer = await pending
    return answer && addressed(new Uint8Array(answer), query)
  }

  /** True for a question this very forwarder sent out to see whether it comes back. The server that sent it is dropped. */
  takeProbe(labels: string[]): boolean {
    const upstream = this.#probes.get(labels.join('.'))
    if (upstream === undefined) return false
    if (this.#upstreams.includes(upstream)) {
      this.counters.loops++
      this.#upstreams = this.#upstreams.filter((one) => one !== upstream)
      upstream.close()
      this.#options.log.error(
        `the name server ${upstream.server.address} of ${this.#options.resolvConf} sends its queries back to the cluster's DNS; it is not used. Name a server there that does not`,
      )
    }
    return true
  }

  /** Reads the host's resolv.conf when it changed. */
  async refresh(): Promise<void> {
    const { clock } = this.#options
    if (clock.monotonicMs() - this.#checkedMs < configurationCheckMs) return
    this.#refreshing ??= this.#readConfiguration().finally(() => {
      this.#checkedMs = clock.monotonicMs()
      this.#refreshing = undefined
    })
    await this.#refreshing
  }

  close(): void {
    this.#isClosed = true
    for (const upstream of this.#upstreams) upstream.close()
    this.#upstreams = []
  }

  async #readConfiguration(): Promise<void> {
    const { resolvConf, ownAddresses, log, port } = this.#options
    try {
      const { mtimeMs, size, ino } = await stat(resolvConf)
      const identity = `${mtimeMs} ${size} ${ino}`
      if (identity === this.#configuration) return
      const servers = nameServers(await readFile(resolvConf, 'utf8'), ownAddresses).map(Upstream.serverOf)
      const opened = await Promise.all(servers.map((server) => Upstream.open(port ? { ...server, port } : server)))
      for (const upstream of this.#upstreams) upstream.close()
      this.#upstreams = this.#isClosed ? [] : opened
      this.#configuration = identity
      log.info('names outside the cluster are asked of', { servers: servers.map(({ address }) => address).join(' ') })
      this.#probe()
    } catch (error) {
      log.warn(`${resolvConf} cannot be used; names outside the cluster do not resolve`, {
        error: (error as Error).message,
      })
    }
  }

  #probe(): void {
    this.#probes.clear()
    for (const upstream of this.#upstreams) {
      const label = `loop-${crypto.randomUUID()}`
      this.#probes.set(`${label}.skein.invalid`, upstream)
      const name = [label, 'skein', 'invalid'].map((part) => String.fromCharCode(part.length) + part).join('')
      const recursionDesired = 1
      const header = Uint8Array.of(0, 0, recursionDesired, 0, 0, 1, 0, 0, 0, 0, 0, 0)
      const bytes = new Uint8Array(Buffer.concat([header, Buffer.from(`${name}\0\0\x01\0\x01`, 'latin1')]))
      const query = readQuery(bytes) as Query
      void upstream.askUdp(bytes, query.question, attemptMs)
    }
  }

  async #ask(query: Query, key: string, isTcp: boolean): Promise<Uint8Array | undefined> {
    await this.refresh()
    this.counters.forwarded++
    const { clock } = this.#options
    const deadlineMs = clock.monotonicMs() + totalMs
    const request = encodeQuery(query, 0)
    let refused: Uint8Array | undefined
    for (const upstream of [...this.#upstreams, ...this.#upstreams]) {
      const leftMs = Math.min(attemptMs, deadlineMs - clock.monotonicMs())
      if (leftMs <= 0) break
      const bytes = await (isTcp
        ? upstream.askTcp(request, query.question, leftMs)
        : upstream.askUdp(request, query.question, leftMs))
      const answer = bytes && readAnswer(bytes)
      if (bytes === undefined || answer === undefined) {
        this.counters.timeouts++
        this.#demote(upstream)
      } else if (answer.rcode === rcodes.SERVFAIL || answer.rcode === rcodes.REFUSED) {
        if (refused !== undefined) break
        refused = bytes
      } else {
        this.#cache.set(key, bytes, answer, clock.monotonicMs())
        return bytes
      }
    }
    this.counters.failures++
    const answer = refused && readAnswer(refused)
    if (refused && answer) this.#cache.set(key, refused, answer, clock.monotonicMs())
    return refused
  }

  /** A server that did not answer is asked last from now on. */
  #demote(upstream: Upstream): void {
    if (this.#upstreams[0] !== upstream || this.#upstreams.length < 2) return
    this.#upstreams = [...this.#upstreams.slice(1), upstream]
  }
}

/** What makes two questions the same to a name server. */
function keyOf({ labels, question, edns, flags }: Query): string {
  const checkingDisabled = flags & 0x10
  const type = question.subarray(-4).join('.')
  // Labels may hold any byte, also dots: their lengths tell `a.b` from `a` and `b`.
  return `${labels.map((label) => `${label.length}${label}`).join('.')} ${type} ${edns?.dnssecOk ?? '-'} ${checkingDisabled}`
}

/** Puts the client's id and spelling of the name into an answer. */
function addressed(bytes: Uint8Array, query: Query): Uint8Array {
  bytes[0] = query.id >> 8
  bytes[1] = query.id & 255
  bytes.set(query.question, headerBytes)
  return bytes
}
