import { silentLogger } from '../../../mesh/logger/logger.ts'
import { addressOf } from '../address/address.ts'
import { encodeQuestion } from '../dns/reply.ts'
import { Resolver } from '../dns/resolver.ts'
import { DnsServer } from '../dns/server.ts'
import { ServiceNameView } from '../dns/view.ts'
import { Zone } from '../dns/zone.ts'

const services = 1000

export interface DnsFigures {
  sent: number
  answered: number
  queriesPerSecond: number
  /** CPU time of the serving process for each answer: what one core could do. */
  queriesPerSecondOfCore: number
}

/** A process of its own asks as fast as it is answered, with so many questions under way; the server is this process. */
export async function measureDns(seconds: number, underWay: number): Promise<DnsFigures> {
  const view = new ServiceNameView()
  view.addNamespace('default')
  for (let index = 0; index < services; index++) {
    const spec = { clusterIP: `10.43.${index >> 8}.${index & 255}`, ports: [{ port: 80 }] }
    view.set(`default/s${index}`, { spec }, [])
  }
  const dnsAddress = addressOf('127.0.0.1')
  const zone = new Zone({ clusterDomain: 'cluster.local', dnsAddress, isClusterAddress: () => false })
  const resolver = new Resolver(zone, view, { takeProbe: () => false, forward: async () => undefined })
  const port = 20_000 + (process.pid % 10_000)
  const resolve = (bytes: Uint8Array, isTcp: boolean) => resolver.resolve(bytes, isTcp)
  const server = await DnsServer.listen({ address: '127.0.0.1', port, resolve, log: silentLogger })
  const arguments_ = [import.meta.path, String(port), String(seconds), String(underWay)]
  const cpu = process.cpuUsage()
  const child = Bun.spawn([process.execPath, ...arguments_], { stdout: 'pipe', stderr: 'inherit' })
  const { sent, answered } = JSON.parse(await new Response(child.stdout).text()) as { sent: number; answered: number }
  const { user, system } = process.cpuUsage(cpu)
  server.stop()
  const queriesPerSecond = answered / seconds
  return { sent, answered, queriesPerSecond, queriesPerSecondOfCore: answered / ((user + system) / 1e6) }
}

async function askForever(port: number, seconds: number, underWay: number): Promise<void> {
  const queries = Array.from({ length: services }, (_, index) => {
    const question = encodeQuestion(`s${index}.default.svc.cluster.local`, 1)!
    return Buffer.concat([Uint8Array.of(0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0), question])
  })
  let sent = 0
  let answered = 0
  const socket: Bun.udp.ConnectedSocket<'buffer'> = await Bun.udpSocket({
    connect: { hostname: '127.0.0.1', port },
    socket: {
      data() {
        answered++
        if (socket.send(queries[sent % services]!)) sent++
      },
    },
  })
  const end = performance.now() + seconds * 1000
  // Questions that were lost are replaced, or a few losses would end it.
  while (performance.now() < end) {
    while (sent - answered < underWay && socket.send(queries[sent % services]!)) sent++
    await Bun.sleep(50)
  }
  socket.close()
  console.log(JSON.stringify({ sent, answered }))
}

if (import.meta.main) {
  const [port, seconds, underWay] = process.argv.slice(2).map(Number)
  await askForever(port!, seconds!, underWay!)
}
