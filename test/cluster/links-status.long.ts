import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Host } from '../lab/host.ts'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

const meeting = '51.10.0.10:49737'

// Three servers, each behind a NAT of its own: what `skein status` says of their links and of what they depend on.
let lab: Lab
const servers: Server[] = []
let router: Host

beforeAll(async () => {
  lab = await Lab.forTest('links-status')
  await lab.rendezvous('meet', 10, 49737)
  const equipment = { flags: ['--rendezvous', meeting, '--dht', 'none'], images: [] }
  for (const number of [1, 2, 3]) {
    const site = await lab.siteServer(`s${number}`, number, 'plain', equipment)
    servers.push(site.server)
    router = site.router
  }
  const [first, ...others] = servers as [Server, Server, Server]
  await first.start()
  await first.ready()
  for (const other of others) {
    const args = ['pack', '--out', other.executable, '--data-dir', first.dataDirectory]
    const { exitCode, stderr } = await first.skein(args)
    if (exitCode !== 0) throw new Error(stderr)
    await other.start()
    await other.ready()
  }
}, 300_000)

afterAll(() => lab.close(), 120_000)

async function text(server: Server): Promise<string> {
  return (await server.skein(['status', '--data-dir', server.dataDirectory])).stdout
}

/** Once the text of the first server's status has it. */
async function says(words: RegExp): Promise<void> {
  let last = ''
  const has = async () => {
    last = await text(servers[0]!)
    return words.test(last)
  }
  await until(`${words}`, has, 180_000).catch((error: Error) => {
    throw new Error(`${error.message}\n${last}`)
  })
  console.log(last)
}

test('the rendezvous that all depend on is named on each', async () => {
  for (const server of servers) {
    await until(
      `${server.name} names ${meeting}`,
      async () => (await text(server)).includes(`! if ${meeting} dies, s1, s2 and s3 cannot find each other again`),
      180_000,
    )
  }
}, 300_000)

test('each link: way, round trip, bytes, losses, since when', async () => {
  await says(/link s3 +connected +udp 51\.10\.0\.3:\d+, [\d.]+ ms, .* sent, .* received, .*since \d{4}-/)
  const lossy = ['nft', 'insert', 'rule', 'ip', 'router', 'forward', 'meta', 'l4proto', 'udp']
  await router.output([...lossy, 'numgen', 'random', 'mod', '10', '==', '0', 'drop'])
  await says(/link s3 +connected .* packets? lost/)
}, 400_000)

test('a server that is gone: the last error, until it is back', async () => {
  const third = servers[2]!
  await third.end('SIGKILL')
  await says(/link s3 +connecting +since [^,]+, \S+/)
  await third.start()
  await says(/link s3 +connected/)
  const links = (await servers[0]!.status())?.links
  expect(links?.map(({ node, state }) => `${node} ${state}`).sort()).toEqual(['s2 connected', 's3 connected'])
}, 400_000)
