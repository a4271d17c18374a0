import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { within } from '../../mesh/clock/deadline.ts'
import type { PeerAddresses, PeerKey } from '../../mesh/link/links.ts'
import type { Host } from './host.ts'
import type { LinkPeerCommand, LinkPeerFact, LinkPeerOptions } from './link-peer.ts'

type FactOf<Kind extends LinkPeerFact['kind']> = Extract<LinkPeerFact, { kind: Kind }>

/** A node's links on a host of the lab (`link-peer.ts`), and what it says. */
export class RemotePeer {
  readonly #child: Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #facts: LinkPeerFact[] = []
  #waiting: (() => void)[] = []
  #isEnded = false
  key: PeerKey = ''

  private constructor(host: Host, options: LinkPeerOptions) {
    const command = [process.execPath, join(import.meta.dir, 'link-peer.ts'), JSON.stringify(options)]
    this.#child = Bun.spawn(host.command(command), { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    this.#read()
  }

  static async start(host: Host, options: LinkPeerOptions): Promise<RemotePeer> {
    const peer = new RemotePeer(host, options)
    try {
      peer.key = (await peer.next('ready', () => true)).key
    } catch (error) {
      await peer.kill()
      throw error
    }
    return peer
  }

  name(peers: Record<PeerKey, PeerAddresses>): void {
    this.#tell({ kind: 'peers', peers })
  }

  send(peer: PeerKey, bytes: number): void {
    this.#tell({ kind: 'send', peer, bytes })
  }

  sendByTunnel(peer: PeerKey, bytes: number): void {
    this.#tell({ kind: 'tunnel', peer, bytes })
  }

  /** The first fact of that kind for which it holds, of those said and to come; throws when it takes too long. */
  async next<Kind extends LinkPeerFact['kind']>(
    kind: Kind,
    holds: (fact: FactOf<Kind>) => boolean,
    patienceMs = 400_000,
  ): Promise<FactOf<Kind>> {
    const deadlineMs = performance.now() + patienceMs
    for (;;) {
      const found = this.#facts.find((fact) => fact.kind === kind && holds(fact as FactOf<Kind>))
      if (found !== undefined) return found as FactOf<Kind>
      const said = () => JSON.stringify(this.#facts.slice(-12))
      if (this.#isEnded) throw new Error(`the peer ended before it said '${kind}': ${said()}`)
      const woken = new Promise<void>((resolve) => this.#waiting.push(resolve))
      const late = () => new Error(`the peer did not say '${kind}' in time: ${said()}`)
      await within(Math.max(0, deadlineMs - performance.now()), woken, late)
    }
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
  }

  #tell(command: LinkPeerCommand): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`)
    this.#child.stdin.flush()
  }

  async #read(): Promise<void> {
    let text = ''
    const decoder = new TextDecoder()
    for await (const bytes of this.#child.stdout) {
      text += decoder.decode(bytes, { stream: true })
      const lines = text.split('\n')
      text = lines.pop()!
      for (const line of lines) this.#facts.push(JSON.parse(line) as LinkPeerFact)
      this.#wake()
    }
    this.#isEnded = true
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
