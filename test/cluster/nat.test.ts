import { afterEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import type { Host } from '../lab/host.ts'
import { type NatKind, NatLab } from '../lab/nat-lab.ts'

const program = join(import.meta.dir, '../../mesh/udx/interop/dht-peer.cjs')
const running: Subprocess[] = []
let lab: NatLab | undefined

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL')
    await child.exited
  }
  await lab?.close()
  lab = undefined
})

/** Starts a DHT node on a host; gives the first line that it prints. */
// biome-ignore lint/suspicious/noExplicitAny: each role has an answer of its own, checked by the tests
async function start(host: Host, ...args: string[]): Promise<any> {
  const command = host.command([process.execPath, program, ...args])
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
  running.push(child)
  let text = ''
  for await (const bytes of child.stdout) {
    text += new TextDecoder().decode(bytes)
    if (text.includes('\n')) return JSON.parse(text.slice(0, text.indexOf('\n')))
  }
  throw new Error(`${args[0]} ended without a word`)
}

const bytes = 2_000_000
const matrix: [NatKind, NatKind][] = [
  ['plain', 'plain'],
  ['plain', 'random'],
]

test.each(matrix)(
  'Hyperswarm on our UDX between a site behind %s NAT and one behind %s NAT: direct, nothing lost',
  async (left, right) => {
    lab = await NatLab.open(`skn-nat-${process.pid}`)
    const meeting = await lab.publicHost('meet', 1)
    const a = await lab.site('a', 11, left)
    const b = await lab.site('b', 12, right)
    const { bootstrap } = await start(meeting.host, 'bootstrap', meeting.address, '49737')
    const { key } = await start(a.host, 'serve', bootstrap)
    const result = await start(b.host, 'dial', bootstrap, key, String(bytes))
    expect(result).toMatchObject({ received: bytes, isEqual: true, remoteHost: '51.10.0.11' })
  },
  60_000,
)
