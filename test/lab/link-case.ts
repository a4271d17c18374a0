import { join } from 'node:path'
import type { Subprocess } from 'bun'
import type { PeerAddresses } from '../../mesh/link/links.ts'
import type { Host } from './host.ts'
import type { LinkPeerOptions } from './link-peer.ts'
import { type NatKind, NatLab } from './nat-lab.ts'
import { RemotePeer } from './remote-peer.ts'

const main = join(import.meta.dir, '../../agent/main.ts')
export const nowhere: PeerAddresses = { udp: [], webSocket: [] }

/** One way in which two nodes may be placed: networks, a rendezvous, peers; closing it leaves nothing behind. */
export class LinkCase {
  readonly lab: NatLab
  readonly #peers: RemotePeer[] = []
  #rendezvous: Subprocess<'ignore', 'ignore', 'pipe'> | undefined

  private constructor(lab: NatLab) {
    this.lab = lab
  }

  static async open(): Promise<LinkCase> {
    return new LinkCase(await NatLab.open(`swarm-${process.pid}`))
  }

  /** `skein rendezvous` on a public host; its address. */
  async rendezvous(): Promise<string> {
    const { host, address } = await this.lab.publicHost('meet', 1)
    const command = [process.execPath, main, 'rendezvous', '--listen', `${address}:49737`]
    const child = Bun.spawn(host.command(command), { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
    this.#rendezvous = child
    let text = ''
    for await (const bytes of child.stderr) {
      text += new TextDecoder().decode(bytes)
      if (text.includes('nodes meet at')) return `${address}:49737`
    }
    throw new Error(`the rendezvous ended: ${text}`)
  }

  async peer(host: Host, options: LinkPeerOptions): Promise<RemotePeer> {
    const peer = await RemotePeer.start(host, options)
    this.#peers.push(peer)
    return peer
  }

  /** A public member that others reach by UDP and by WebSocket; its addresses. */
  async member(bootstrap: string[]): Promise<{ peer: RemotePeer; addresses: PeerAddresses }> {
    const { host, address } = await this.lab.publicHost('member', 2)
    const peer = await this.peer(host, { bootstrap, udpPort: 49700, webSocketPort: 49800 })
    return { peer, addresses: { udp: [`${address}:49700`], webSocket: [`ws://${address}:49800/skein`] } }
  }

  /** Two sites, each behind a NAT, with a rendezvous; introduced. */
  async sites(left: NatKind, right: NatKind): Promise<[RemotePeer, RemotePeer]> {
    const bootstrap = [await this.rendezvous()]
    const a = await this.peer((await this.lab.site('a', 11, left)).host, { bootstrap })
    const b = await this.peer((await this.lab.site('b', 12, right)).host, { bootstrap })
    introduce([
      [a, nowhere],
      [b, nowhere],
    ])
    return [a, b]
  }

  /** Two sites behind plain NATs, UDP blocked at some, and a public member; once each is linked with the member. */
  async blockedSites(isBlocked: readonly [boolean, boolean]): Promise<[RemotePeer, RemotePeer]> {
    const { peer: member, addresses } = await this.member([])
    const peers: RemotePeer[] = []
    for (const [index, blocked] of isBlocked.entries()) {
      const site = await this.lab.site('ab'[index]!, 11 + index, 'plain')
      if (blocked) await this.lab.blockUdp(site.router)
      peers.push(await this.peer(site.host, { bootstrap: addresses.udp }))
    }
    const [a, b] = peers as [RemotePeer, RemotePeer]
    introduce([
      [a, nowhere],
      [b, nowhere],
      [member, addresses],
    ])
    for (const [index, one] of [a, b].entries()) {
      const way = isBlocked[index] ? 'websocket' : 'udp'
      const { afterMs } = await linkedBy(way, one, member)
      show(`  to the member by ${way}`, { afterMs })
    }
    return [a, b]
  }

  /** Two hosts on a local network that leads nowhere; introduced by key alone. */
  async localNetwork(): Promise<[RemotePeer, RemotePeer]> {
    const { router } = await this.lab.network('lan', 13, 'none')
    const options = { bootstrap: [], multicast: 'what only the cluster knows' }
    const a = await this.peer(await this.lab.networkHost('a', router, 13, 2), options)
    const b = await this.peer(await this.lab.networkHost('b', router, 13, 3), options)
    introduce([
      [a, nowhere],
      [b, nowhere],
    ])
    return [a, b]
  }

  async close(): Promise<void> {
    for (const peer of this.#peers.splice(0)) await peer.kill()
    this.#rendezvous?.kill('SIGTERM')
    await this.#rendezvous?.exited
    await this.lab.close()
  }
}

/** Lets all know each other at the same time. */
export function introduce(peers: readonly (readonly [RemotePeer, PeerAddresses])[]): void {
  for (const [peer] of peers) {
    const others = peers.filter(([other]) => other !== peer)
    peer.name(Object.fromEntries(others.map(([other, addresses]) => [other.key, addresses])))
  }
}

export interface Linked {
  way: string
  afterMs: number
}

/** The first way between two, and after how long both had it. */
export async function linked(one: RemotePeer, other: RemotePeer): Promise<Linked> {
  const [first, second] = await Promise.all([
    one.next('link', ({ peer, state }) => peer === other.key && state === 'connected'),
    other.next('link', ({ peer, state }) => peer === one.key && state === 'connected'),
  ])
  return { way: first.way!, afterMs: Math.max(first.afterMs, second.afterMs) }
}

/** Once the link goes that way: a WebSocket may be quicker than UDP, which then takes its place. */
export async function linkedBy(way: string, one: RemotePeer, other: RemotePeer): Promise<Linked> {
  const { afterMs } = await one.next('link', (link) => link.peer === other.key && link.way === way)
  return { way, afterMs }
}

/** Sends; throws unless what arrived is what was sent: nothing lost, doubled or moved. */
export async function transfer(from: RemotePeer, to: RemotePeer, bytes: number) {
  from.send(to.key, bytes)
  const received = await to.next('received', () => true)
  if (received.bytes !== bytes || !received.isWhole) throw new Error(`what came is wrong: ${JSON.stringify(received)}`)
  return received
}

export function show(what: string, facts: object): void {
  const text = Object.entries(facts).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value) : value}`,
  )
  console.log(`${what}: ${text.join(', ')}`)
}
