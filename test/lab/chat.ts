import { join } from 'node:path'
import type { Subprocess } from 'bun'
import type { Host } from './host.ts'

export interface ChatEvent {
  /** Milliseconds since the Unix epoch. */
  at: number
  event: 'open' | 'close' | 'line'
  text?: string
}

/** A long-lived WebSocket client of the sample application in a host's network, and what it saw. */
export class ChatClient {
  readonly name: string
  readonly events: ChatEvent[] = []
  readonly #child: Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #waiters = new Set<() => void>()

  constructor(host: Host, url: string, name: string) {
    this.name = name
    const program = [process.execPath, join(import.meta.dir, 'chat-client.ts'), url, name]
    this.#child = Bun.spawn(host.command(program), { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    void this.#read()
  }

  get lines(): string[] {
    return this.events.flatMap(({ event, text }) => (event === 'line' ? [text!] : []))
  }

  get closes(): number {
    return this.events.filter(({ event }) => event === 'close').length
  }

  /** The longest time without any line, in milliseconds. */
  get longestSilenceMs(): number {
    const at = this.events.filter(({ event }) => event === 'line').map((event) => event.at)
    return at.slice(1).reduce((longest, time, index) => Math.max(longest, time - at[index]!), 0)
  }

  /** Resolves at the first line that fits, from now or before. Rejects after the time given. */
  async heard(fits: (line: string) => boolean, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while (!this.lines.some(fits)) {
      const leftMs = deadline - performance.now()
      if (leftMs <= 0)
        throw new Error(`${this.name} did not hear it; it heard ${JSON.stringify(this.events.slice(-10))}`)
      await this.#nextEvent(leftMs)
    }
  }

  async end(): Promise<void> {
    this.#child.stdin.end()
    await this.#child.exited
  }

  #nextEvent(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiters.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, timeoutMs)
      this.#waiters.add(wake)
    })
  }

  async #read(): Promise<void> {
    let rest = ''
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      this.events.push(...lines.map((line) => JSON.parse(line) as ChatEvent))
      for (const wake of this.#waiters) wake()
    }
  }
}
