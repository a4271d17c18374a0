import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { addressOf } from '../address/address.ts'
import { Resolver } from '../dns/resolver.ts'
import { DnsServer } from '../dns/server.ts'
import { ServiceNameView } from '../dns/view.ts'
import { Zone } from '../dns/zone.ts'

const services = 1000
const address = '127.0.0.1'

export interface DnsFigures {
  queriesPerSecond: number
  lost: number
  /** For each second of the server's CPU. */
  queriesPerCpuSecond: number
}

/** dnsperf asks for services as fast as it is answered by a server that has one core for itself. */
export async function measureDns(seconds: number): Promise<DnsFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-dns-'))
  const port = 20_000 + (process.pid % 10_000)
  const server = Bun.spawn(['taskset', '--cpu-list', '0', process.execPath, import.meta.path, String(port)], {
    ...{ stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
  })
  try {
    const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader()
    await lines.read()
    const queries = join(directory, 'queries')
    await Bun.write(queries, Array.from({ length: services }, (_, index) => `${nameOf(index)} A\n`).join(''))
    const others = navigator.hardwareConcurrency > 1 ? `1-${navigator.hardwareConcurrency - 1}` : '0'
    const ask = `dnsperf -s ${address} -p ${port} -d ${queries} -c 4 -q 100 -l ${seconds}`
    const output = await Bun.$`taskset --cpu-list ${others} ${{ raw: ask }}`.quiet().text()
    const figure = (name: string) => Number(new RegExp(`${name}: +([\\d.]+)`).exec(output)?.[1])
    const completed = figure('Queries completed')
    if (!/NOERROR \d+ \(100\.00%\)/.test(output)) throw new Error(`dnsperf: ${output}`)
    server.stdin.end()
    const cpuSeconds = Number((await lines.read()).value)
    return {
      queriesPerSecond: figure('Queries per second'),
      lost: figure('Queries lost'),
      queriesPerCpuSecond: completed / cpuSeconds,
    }
  } finally {
    server.kill()
    rmSync(directory, { recursive: true })
  }
}

const nameOf = (index: number): string => `s${index}.default.svc.cluster.local`

/** Serves until its input ends, then says how many seconds of CPU that took. */
async function serve(port: number): Promise<void> {
  const view = new ServiceNameView()
  view.addNamespace('default')
  for (let index = 0; index < services; index++) {
    const spec = { clusterIP: `10.43.${index >> 8}.${index & 255}`, ports: [{ port: 80 }] }
    view.set(`default/s${index}`, { spec }, [])
  }
  const dnsAddress = addressOf(address)
  const zone = new Zone({ clusterDomain: 'cluster.local', dnsAddress, isClusterAddress: () => false })
  const resolver = new Resolver(zone, view, { takeProbe: () => false, forward: async () => undefined })
  const resolve = (bytes: Uint8Array, isTcp: boolean) => resolver.resolve(bytes, isTcp)
  const server = await DnsServer.listen({ address, port, resolve, log: silentLogger })
  const before = process.cpuUsage()
  process.stdout.write('ready\n')
  await Bun.stdin.text()
  const { user, system } = process.cpuUsage(before)
  process.stdout.write(`${(user + system) / 1e6}\n`)
  server.stop()
}

if (import.meta.main) await serve(Number(process.argv[2]))
