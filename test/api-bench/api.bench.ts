/**
 * The API server under load: `scripts/bench api`, over the in-memory store and over the durable one. The server runs on
 * one core, the load (wrk, h2load: Debian packages wrk, nghttp2-client) on another. BENCH_SECONDS changes how long each
 * load lasts, BENCH_STORES=memory|durable leaves one out.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { quantile } from '../../scripts/benchmark/quantile.ts'
import { benchPod, benchToken, type ServedBench } from './bench-pod.ts'

const podCount = 10_000
const seconds = Number(process.env.BENCH_SECONDS ?? 4)
const stores = process.env.BENCH_STORES?.split(',') ?? ['memory', 'durable']
const hasTwoCores = cpus().length > 1
interface Served {
  base: string
  port: number
  pid: number
  caFile: string
  directory: string
}

function spawn(core: number, command: string[], env: Record<string, string> = {}) {
  const pinned = hasTwoCores ? ['taskset', '-c', String(core), ...command] : command
  return Bun.spawn(pinned, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit', env: { ...process.env, ...env } })
}

async function rssMb(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

/** What the server has computed so far: unlike requests a second, hardly changed by what else this machine does. */
async function cpuMs(pid: number): Promise<number> {
  const stat = await Bun.file(`/proc/${pid}/stat`).text()
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number)
  // In ticks of 10 ms.
  return (user! + system!) * 10
}

/** What a load generator says; '' when this machine has none. */
async function load(command: string[]): Promise<string> {
  if (Bun.which(command[0]!)) return await new Response(spawn(1, command).stdout).text()
  console.log(`${command[0]} is not installed (Debian: wrk, nghttp2-client): left out`)
  return ''
}

interface LoadFigures {
  perSecond: number
  requests: number
  p50: string
  p99: string
}

/** One line of figures; resolves with the requests a second. */
async function report(name: string, { pid }: Served, run: () => Promise<LoadFigures | undefined>): Promise<number> {
  const before = await cpuMs(pid)
  const figures = await run()
  if (!figures) return Number.NaN
  const { perSecond, requests, p50, p99 } = figures
  const cpuUs = Math.round((((await cpuMs(pid)) - before) * 1000) / requests)
  const times = `p50 ${p50}, p99 ${p99}, ${cpuUs} us of CPU each`
  console.log(`  ${name}: ${perSecond}/s, ${times}, RSS ${await rssMb(pid)} MB`)
  return perSecond
}

const figure = (text: string, pattern: RegExp) => Math.round(Number(pattern.exec(text)?.[1]))

const bearer = `Authorization: Bearer ${benchToken}`

function byWrk(name: string, served: Served, more: string[], path: string): Promise<number> {
  return report(name, served, async () => {
    const fixed = ['wrk', '-t1', '-c32', `-d${seconds}s`, '--latency', '-H', bearer]
    const text = await load([...fixed, ...more, served.base + path])
    if (text === '') return undefined
    const refused = /Non-2xx or 3xx responses: \d+/.exec(text)?.[0]
    if (refused) console.log(`  ${name}: ${refused}`)
    const share = (percent: number) => new RegExp(`\\s${percent}%\\s+(\\S+)`).exec(text)?.[1] ?? '?'
    const perSecond = figure(text, /Requests\/sec:\s+([\d.]+)/)
    return { perSecond, requests: figure(text, /(\d+) requests in/), p50: share(50), p99: share(99) }
  })
}

function byH2load(name: string, served: Served, more: string[], path: string): Promise<number> {
  return report(name, served, async () => {
    const log = join(served.directory, 'h2load.log')
    rmSync(log, { force: true })
    const text = await load(['h2load', '-t1', '-c8', `--log-file=${log}`, '-H', bearer, ...more, served.base + path])
    if (text === '') return undefined
    const rows = (await Bun.file(log).text()).trim().split('\n')
    const failed = rows.filter((row) => !/^\d+\t2\d\d\t/.test(row)).length
    if (failed > 0) console.log(`  ${name}: ${failed} were refused`)
    const timesMs = rows.map((row) => Number(row.split('\t')[2]) / 1000)
    const share = (part: number) => `${quantile(timesMs, part).toFixed(2)}ms`
    const perSecond = figure(text, /finished in .*?, ([\d.]+) req\/s/)
    return { perSecond, requests: rows.length, p50: share(0.5), p99: share(0.99) }
  })
}

async function measureRequests(served: Served): Promise<number> {
  const one = '/api/v1/namespaces/default/pods/pod-42'
  await byWrk('GET over HTTP/1.1', served, [], one)
  await byH2load('GET over HTTP/2', served, ['-m32', '-D', `${seconds}`], one)
  const file = join(served.directory, 'pod.json')
  await Bun.write(file, JSON.stringify(benchPod({ generateName: 'load-' })))
  const json = ['-H', 'content-type: application/json']
  const creates = ['-m16', '-n', `${podCount}`, '-d', file, ...json]
  const create = await byH2load('create over HTTP/2', served, creates, '/api/v1/namespaces/kube-node-lease/pods')
  const script = join(served.directory, 'status.lua')
  await Bun.write(script, statusPatches)
  await byWrk('status patch over HTTP/1.1', served, ['-s', script], '/')
  return create
}

/** Each of another pod, with another message each time. */
const statusPatches = `
local n = 0
function request()
  n = n + 1
  local path = '/api/v1/namespaces/default/pods/pod-' .. (n % ${podCount}) .. '/status'
  local body = '{"status":{"phase":"Running","message":"' .. n .. '"}}'
  return wrk.format('PATCH', path, { ['content-type'] = 'application/merge-patch+json', ['${bearer.split(': ')[0]}'] = '${bearer.split(': ')[1]}' }, body)
end
`

async function measureList({ base, pid, caFile }: Served, namespace: string): Promise<number> {
  const before = await rssMb(pid)
  const cpuBefore = await cpuMs(pid)
  const times: number[] = []
  let sizeBytes = 0
  const url = `${base}/api/v1/namespaces/${namespace}/pods`
  const fixed = ['curl', '--silent', '--cacert', caFile, '--header', bearer, '--output', '/dev/null']
  const runs = 15
  for (let run = 0; run < runs; run++) {
    const child = spawn(1, [...fixed, '--write-out', '%{size_download} %{time_appconnect} %{time_total}', url])
    const [size, connected, total] = (await new Response(child.stdout).text()).split(' ').map(Number)
    sizeBytes = size!
    // Without the handshake: clients keep their connections.
    times.push((total! - connected!) * 1000)
  }
  const listMs = Math.round(quantile(times, 0.5))
  const size = `${(sizeBytes / 1e6).toFixed(1)} MB`
  const cpu = Math.round(((await cpuMs(pid)) - cpuBefore) / runs)
  const took = `p50 ${listMs} ms, p99 ${Math.round(quantile(times, 0.99))} ms, ${(1000 / listMs).toFixed(1)}/s`
  const memory = `RSS ${before} -> ${await rssMb(pid)} MB`
  console.log(`  LIST of ${podCount} pods, ${size}: ${took}, ${cpu} ms of CPU each, ${memory}`)
  return listMs
}

/** Over HTTP/1.1 each has a connection of its own, over HTTP/2 200 share one, as the watches of a client-go program do. */
async function measureWatches(
  { port, pid, caFile }: Served,
  count: number,
  protocol: 'h1' | 'h2',
  rounds = 21,
): Promise<number> {
  const before = await rssMb(pid)
  const program = join(import.meta.dir, 'watchers.ts')
  const limit = { BUN_CONFIG_MAX_HTTP_REQUESTS: `${count + 100}` }
  const watchers = spawn(1, [process.execPath, program, `${port}`, caFile, `${count}`, protocol], limit)
  const lines = linesOf(watchers.stdout)
  if ((await lines.next()).value !== 'open') throw new Error(`${count} watches could not be opened`)
  const during = await rssMb(pid)
  const cpuBefore = await cpuMs(pid)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    watchers.stdin.write('\n')
    await watchers.stdin.flush()
    times.push(Number((await lines.next()).value))
  }
  const cpu = Math.round(((await cpuMs(pid)) - cpuBefore) / rounds)
  watchers.kill()
  await watchers.exited
  const fanOutMs = Math.round(quantile(times, 0.5))
  const took = `p50 ${fanOutMs} ms, p99 ${Math.round(quantile(times, 0.99))} ms, ${cpu} ms of CPU each`
  const memory = `RSS ${before} -> ${during} MB (${during - before} MB)`
  console.log(`  ${count} watches over ${protocol}: one event to all ${took}, ${memory}`)
  return fanOutMs
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split('\n')
    text = lines.pop()!
    yield* lines
  }
}

async function measure(store: string, directory: string) {
  console.log(`over the ${store} store:`)
  const program = join(import.meta.dir, 'bench-server.ts')
  const server = spawn(0, [process.execPath, program, store, `${podCount}`])
  try {
    const line = (await linesOf(server.stdout).next()).value
    if (line === undefined) throw new Error('the server did not start')
    const { port, ca } = JSON.parse(line) as ServedBench
    const caFile = join(directory, 'ca.pem')
    await Bun.write(caFile, ca)
    const served: Served = { base: `https://127.0.0.1:${port}`, port, pid: server.pid, caFile, directory }
    await measureList(served, 'default')
    const listMs = await measureList(served, 'kube-public')
    const create = await measureRequests(served)
    const fanOutMs = await measureWatches(served, 1000, 'h1')
    await measureWatches(served, 1000, 'h2')
    // Over HTTP/1.1 open files would be too few: three for each connection.
    await measureWatches(served, 10_000, 'h2')
    return { create, listMs, fanOutMs }
  } finally {
    server.kill('SIGTERM')
    await server.exited
  }
}

const directory = mkdtempSync(join(tmpdir(), 'skein-bench-api-'))
try {
  const figures = []
  for (const store of stores) figures.push(await measure(store, directory))
  const { create, listMs, fanOutMs } = figures[0]!
  console.log(`api: create ${create}/s, list ${listMs} ms, fan-out ${fanOutMs} ms`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
process.exit(0)
