// One node's links in a process of its own, for a host of the lab. Argument: LinkPeerOptions as JSON. Commands come as JSON
// lines on standard input, facts go as JSON lines to standard output.
import { createHash } from 'node:crypto'
import HyperDHT from 'hyperdht'
import { systemClock } from '../../mesh/clock/clock.ts'
import type { Channel, PeerAddresses, PeerKey } from '../../mesh/link/links.ts'
import { openLinks } from '../../mesh/link/open-links.ts'
import { PeerRelayTransport } from '../../mesh/link/peer-relay.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { watchAddresses } from '../../mesh/swarm/address-watch.ts'
import { Multicast } from '../../mesh/swarm/multicast.ts'
import { SixTransport } from '../../mesh/swarm/six-transport.ts'
import { SwarmTransport } from '../../mesh/swarm/swarm-transport.ts'
import { openTunnels } from '../../mesh/tunnel/open-tunnels.ts'
import { WebSocketTransport } from '../../mesh/websocket/websocket-transport.ts'

export interface LinkPeerOptions {
  bootstrap: string[]
  udpPort?: number
  webSocketPort?: number
  /** Secret of a cluster whose nodes look for each other on the local network. */
  multicast?: string
  isVerbose?: boolean
}

export type LinkPeerCommand =
  | { kind: 'peers'; peers: Record<PeerKey, PeerAddresses> }
  /** Sends so many bytes to the peer, which says `received` at the end. */
  | { kind: 'send'; peer: PeerKey; bytes: number }
  /** The same through a tunnel. */
  | { kind: 'tunnel'; peer: PeerKey; bytes: number }

export type LinkPeerFact =
  | { kind: 'ready'; key: PeerKey; publicAddress?: string }
  /** At each change of state or way; time since the last `peers`. */
  | { kind: 'link'; peer: PeerKey; state: string; way?: string; via?: string; afterMs: number; rttMs?: number }
  | { kind: 'progress'; bytes: number }
  | { kind: 'received'; bytes: number; isWhole: boolean; longestPauseMs: number; wayChanges: number }
  | { kind: 'network-changed' }

const messageBytes = 32 * 1024
const progressEveryBytes = 4 * 1024 * 1024

const options = JSON.parse(process.argv[2]!) as LinkPeerOptions
const say = (fact: LinkPeerFact) => process.stdout.write(`${JSON.stringify(fact)}\n`)
const tell = (message: string, fields?: object) => {
  if (options.isVerbose) process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`)
}
const log: Logger = { debug: tell, info: tell, warn: tell, error: tell, child: () => log }

/** What the `index`th message has to contain: nothing is taken twice, left out or moved unnoticed. */
function messageAt(index: number): Buffer {
  const block = createHash('sha256').update(String(index)).digest()
  const message = Buffer.alloc(messageBytes)
  for (let at = 0; at < messageBytes; at += block.length) block.copy(message, at)
  return message
}

const keyPair = HyperDHT.keyPair()
const self = keyPair.publicKey.toString('hex')
const { bootstrap, udpPort, webSocketPort } = options
const swarm = new SwarmTransport({ keyPair, bootstrap, dht: 'none', port: udpPort, log })
const six = new SixTransport({ keyPair, port: udpPort ?? 0, log })
const listen = webSocketPort === undefined ? undefined : { host: '0.0.0.0', port: webSocketPort }
const peerRelay = new PeerRelayTransport({ keyPair, log })
const links = await openLinks({
  self,
  transports: [swarm, six, new WebSocketTransport({ keyPair, listen, log }), peerRelay],
  clock: systemClock,
  random: Math.random,
  log,
})

peerRelay.serveOn(links)

const channels = new Map<PeerKey, Channel>()
const room = new Map<PeerKey, () => void>()
let announcedBytes = 0

links.serve({
  name: 'transfer',
  priority: 'bulk',
  opened(channel) {
    channels.set(channel.peer, channel)
    let count = 0
    let isWhole = true
    let lastMs = performance.now()
    let longestPauseMs = 0
    return {
      received(message) {
        const nowMs = performance.now()
        if (count > 0) longestPauseMs = Math.max(longestPauseMs, nowMs - lastMs)
        lastMs = nowMs
        if (message.byteLength === 0) {
          const { wayChanges } = links.status().find(({ peer }) => peer === channel.peer)!
          say({ kind: 'received', bytes: count * messageBytes, isWhole, longestPauseMs, wayChanges })
          return
        }
        isWhole &&= messageAt(count).equals(message)
        count++
        announcedBytes += message.byteLength
        if (announcedBytes >= progressEveryBytes) {
          announcedBytes = 0
          say({ kind: 'progress', bytes: count * messageBytes })
        }
      },
      drained: () => room.get(channel.peer)?.(),
      closed: () => channels.delete(channel.peer),
    }
  },
})

const tunnels = openTunnels(links, log)

tunnels.accept('transfer', (tunnel, _, peer) => {
  let rest = Buffer.alloc(0)
  let count = 0
  let isWhole = true
  let lastMs = performance.now()
  let longestPauseMs = 0
  tunnel.on('data', (data) => {
    const nowMs = performance.now()
    if (count > 0) longestPauseMs = Math.max(longestPauseMs, nowMs - lastMs)
    lastMs = nowMs
    rest = Buffer.concat([rest, data as Uint8Array])
    for (; rest.byteLength >= messageBytes; count++) {
      isWhole &&= messageAt(count).equals(rest.subarray(0, messageBytes))
      rest = rest.subarray(messageBytes)
    }
  })
  tunnel.on('end', () => {
    const { wayChanges } = links.status().find((link) => link.peer === peer)!
    isWhole &&= rest.byteLength === 0
    say({ kind: 'received', bytes: count * messageBytes, isWhole, longestPauseMs, wayChanges })
    tunnel.end(null)
  })
})

async function sendByTunnel(peer: PeerKey, bytes: number): Promise<void> {
  const tunnel = await tunnels.open(peer, { purpose: 'transfer' })
  tunnel.resume()
  for (let index = 0; index * messageBytes < bytes; index++) {
    if (tunnel.write(messageAt(index))) continue
    await new Promise<void>((resolve) => tunnel.once('drain', () => resolve()))
  }
  tunnel.end(null)
}

let sinceMs = 0
const lastSaid = new Map<PeerKey, string>()
links.onChange(() => {
  for (const { peer, state, way, via, rttMs } of links.status()) {
    const text = `${state} ${way} ${via}`
    if (lastSaid.get(peer) === text) continue
    lastSaid.set(peer, text)
    say({ kind: 'link', peer, state, way, via, rttMs, afterMs: Math.round(performance.now() - sinceMs) })
  }
})

async function send(peer: PeerKey, bytes: number): Promise<void> {
  const channel = channels.get(peer)!
  for (let index = 0; index * messageBytes < bytes; index++) {
    if (channel.send(messageAt(index))) continue
    await new Promise<void>((resolve) => room.set(peer, resolve))
  }
  channel.send(new Uint8Array(0))
}

let named: Record<PeerKey, PeerAddresses> = {}
let multicast: Multicast | undefined
if (options.multicast !== undefined) {
  multicast = new Multicast({
    secret: Buffer.from(options.multicast),
    self: () => ({ peer: self, udpPort: swarm.port, webSocketPort: webSocketPort ?? 0 }),
    clock: systemClock,
    changed: namePeers,
    log,
  })
  await multicast.start()
}

/** Those named, also where they were met on the local network. */
function namePeers(): void {
  const met = multicast?.peers
  const peers = Object.entries(named).map(([peer, { udp, webSocket }]): [PeerKey, PeerAddresses] => {
    const more = met?.get(peer)
    return [peer, { udp: [...udp, ...(more?.udp ?? [])], webSocket: [...webSocket, ...(more?.webSocket ?? [])] }]
  })
  links.setPeers(new Map(peers))
}

watchAddresses(() => {
  say({ kind: 'network-changed' })
  links.networkChanged()
  multicast?.networkChanged()
})
say({ kind: 'ready', key: self, publicAddress: swarm.publicAddress })

let text = ''
for await (const bytes of Bun.stdin.stream()) {
  text += new TextDecoder().decode(bytes)
  const lines = text.split('\n')
  text = lines.pop()!
  for (const line of lines) {
    const command = JSON.parse(line) as LinkPeerCommand
    if (command.kind === 'send') send(command.peer, command.bytes)
    else if (command.kind === 'tunnel') sendByTunnel(command.peer, command.bytes)
    else {
      named = command.peers
      sinceMs = performance.now()
      lastSaid.clear()
      namePeers()
    }
  }
}
await links.close()
