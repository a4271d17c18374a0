import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import type { Transport } from '../../mesh/log/transport.ts'
import { FastTime } from './fast-time.ts'
import type { FromVoter, LoopsState, ToVoter, VoterOrders } from './messages.ts'
import { voterIds } from './voter.ts'

export interface WireOptions {
  /** Loops and workers live so much faster than log and store. */
  speed?: number
  /** Of the log. Default 100 ms, as in a real node. */
  tickMs?: number
}

/** Who leads, with which loops at work, as far as it was heard of. */
export interface Leading {
  id: string
  term: number
  loopsWork: boolean
  /** From its election until its loops worked, once they do. */
  tookMs?: number
}

interface Child {
  process: Subprocess
  ready: Promise<void>
}

/** The voters' processes, and what goes between them. */
export class Wires {
  readonly directory: string
  readonly tickMs: number
  readonly time: FastTime | undefined
  leading: Leading = { id: '', term: 0, loopsWork: false }
  /** The term in which a voter's loops were last known to have ended. */
  readonly ended = new Map<string, number>()
  readonly #speed: number | undefined
  readonly #startMs = Date.now()
  readonly #children = new Map<string, Child>()
  #toFirst: (from: string, datagram: Uint8Array) => void = () => {}
  #hear: (() => void)[] = []
  #electedMs = 0

  constructor({ speed, tickMs = 100 }: WireOptions) {
    this.#speed = speed
    this.tickMs = tickMs
    this.time = speed === undefined ? undefined : new FastTime(speed, this.#startMs)
    // What disks do is not what is tested here.
    this.directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'skein-quorum-'))
  }

  firstTransport(): Transport {
    return {
      send: (to, datagram) => this.#deliver(voterIds[0], to, datagram),
      receive: (deliver) => {
        this.#toFirst = deliver
      },
    }
  }

  heard(id: string, role: string, term: number, loops: LoopsState): void {
    const loopsWork = loops === 'working'
    if (loops === 'ended') this.ended.set(id, term)
    if (role === 'leader' && loopsWork && term === this.leading.term) {
      this.leading = { id, term, loopsWork, tookMs: performance.now() - this.#electedMs }
    } else if (role === 'leader' && term > this.leading.term) {
      this.#electedMs = performance.now()
      this.leading = { id, term, loopsWork }
    } else if (id === this.leading.id) this.leading = { ...this.leading, loopsWork: false }
    for (const resolve of this.#hear.splice(0)) resolve()
  }

  /** Resolves when anything of leadership is heard, or soon. */
  heardNext(): Promise<void> {
    return new Promise((resolve) => {
      this.#hear.push(resolve)
      setTimeout(resolve, 1000)
    })
  }

  anyChild(): string {
    return [...this.#children.keys()][0]!
  }

  /** Resolves when its store is open. */
  startChild(id: string): Promise<void> {
    const { directory, tickMs } = this
    const orders: VoterOrders = {
      id,
      directory: join(directory, id),
      tickMs,
      speed: this.#speed,
      startMs: this.#startMs,
    }
    const { promise: ready, resolve } = Promise.withResolvers<void>()
    const heard = (message: FromVoter) => {
      if (message.kind === 'ready') resolve()
      else if (message.kind === 'datagram') this.#deliver(id, message.to, message.datagram)
      else this.heard(id, message.role, message.term, message.loops)
    }
    const child = Bun.spawn([process.execPath, join(import.meta.dir, 'voter-process.ts'), JSON.stringify(orders)], {
      ipc: heard,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    this.#children.set(id, { process: child, ready })
    return ready
  }

  async endChild(id: string): Promise<void> {
    const child = this.#children.get(id)
    this.#children.delete(id)
    child?.process.kill('SIGKILL')
    await child?.process.exited
  }

  signal(id: string, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#children.get(id)!.process.kill(signal)
  }

  async close(stopFirst: () => Promise<void>): Promise<void> {
    try {
      await stopFirst()
    } finally {
      for (const id of [...this.#children.keys()]) await this.endChild(id)
      this.time?.restore()
      rmSync(this.directory, { recursive: true, force: true })
    }
  }

  #deliver(from: string, to: string, datagram: Uint8Array): void {
    if (to === voterIds[0]) setImmediate(() => this.#toFirst(from, datagram))
    else this.#children.get(to)?.process.send({ from, datagram } satisfies ToVoter)
  }
}
