/**
 * The API server under load, over the in-memory store: `scripts/bench api`. The server runs on one core, the load
 * (wrk, h2load: Debian packages wrk, nghttp2-client) on another. BENCH_SECONDS, BENCH_WATCHES=10000 (which needs
 * BUN_CONFIG_MAX_HTTP_REQUESTS above it) change what is measured.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer } from '../../test/kubectl/test-server.ts'
import { pods } from '../schema/generated/resources.ts'
import type { Pod } from '../schema/generated/types/core-v1.ts'

const token = 'bench'
const podCount = 10_000
const seconds = Number(process.env.BENCH_SECONDS ?? 5)
const hasTwoCores = cpus().length > 1

/** About 3.5 kB as JSON, as the design note's body. */
function pod(metadata: Pod['metadata']): Pod {
  const env = Array.from({ length: 40 }, (_, n) => ({ name: `VARIABLE_${n}`, value: `some value number ${n}` }))
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, labels: { app: 'bench' } },
    spec: { containers: [{ name: 'main', image: 'registry.example/app:1.0', env }] },
  }
}

async function serve(): Promise<void> {
  const user = { name: 'bench', groups: ['system:masters'] }
  const t = await startTestServer({ tokens: new Map([[token, user]]) })
  const all = t.client.resource(pods, 'default')
  for (let index = 0; index < podCount; index += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, n) => all.create(pod({ name: `pod-${index + n}` }))))
  }
  console.log(JSON.stringify({ port: t.server.ports[0], ca: t.authority.certificatePem }))
  process.on('SIGTERM', () => void t.stop().then(() => process.exit(0)))
}

interface Served {
  base: string
  pid: number
  tls: { ca: string }
}

const headers = { authorization: `Bearer ${token}` }

async function rssMb(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

/** Runs a load generator on the second core; undefined when this machine has none. */
async function load(command: string[]): Promise<string | undefined> {
  if (!Bun.which(command[0]!)) {
    console.log(`${command[0]} is not installed (Debian: wrk, nghttp2-client): left out`)
    return undefined
  }
  const pinned = hasTwoCores ? ['taskset', '-c', '1', ...command] : command
  const child = Bun.spawn(pinned, { stdout: 'pipe', stderr: 'inherit' })
  return await new Response(child.stdout).text()
}

const number = (text: string | undefined, pattern: RegExp) =>
  Math.round(Number(pattern.exec(text ?? '')?.[1] ?? Number.NaN))

async function measureRequests({ base }: Served, directory: string) {
  const bearer = `Authorization: Bearer ${token}`
  const one = `${base}/api/v1/namespaces/default/pods/pod-42`
  const duration = `${seconds}`
  const h1 = await load(['wrk', '-t1', '-c32', `-d${duration}s`, '--latency', '-H', bearer, one])
  const h2 = await load(['h2load', '-t1', '-c8', '-m32', '-D', duration, '-H', bearer, one])
  const file = join(directory, 'pod.json')
  await Bun.write(file, JSON.stringify(pod({ generateName: 'load-' })))
  const count = `${podCount}`
  const type = 'content-type: application/json'
  const creates = await load([
    'h2load',
    '-t1',
    '-c8',
    '-m16',
    '-n',
    count,
    '-d',
    file,
    '-H',
    bearer,
    '-H',
    type,
    `${base}/api/v1/namespaces/kube-public/pods`,
  ])
  const getH1 = number(h1, /Requests\/sec:\s+([\d.]+)/)
  const getH2 = number(h2, /finished in .*?, ([\d.]+) req\/s/)
  const create = number(creates, /finished in .*?, ([\d.]+) req\/s/)
  console.log(
    `GET h1 ${getH1}/s (${/99%\s+(\S+)/.exec(h1 ?? '')?.[1] ?? '?'} p99), GET h2 ${getH2}/s, create h2 ${create}/s`,
  )
  const failed = /(\d+) failed, (\d+) errored/.exec(creates ?? '')
  if (failed && Number(failed[1]) + Number(failed[2]) > 0) console.log(`creates failed: ${failed[0]}`)
  return { getH1, getH2, create }
}

async function measureList({ base, pid, tls }: Served) {
  const before = await rssMb(pid)
  const times: number[] = []
  let sizeBytes = 0
  for (let run = 0; run < 5; run++) {
    const start = performance.now()
    const response = await fetch(`${base}/api/v1/namespaces/default/pods`, {
      headers: { ...headers, 'accept-encoding': 'identity' },
      tls,
    })
    sizeBytes = (await response.bytes()).length
    times.push(performance.now() - start)
  }
  const listMs = Math.round(times.sort((a, b) => a - b)[2]!)
  console.log(
    `LIST of ${podCount} pods, ${(sizeBytes / 1e6).toFixed(1)} MB: ${listMs} ms, RSS ${before} -> ${await rssMb(pid)} MB`,
  )
  return listMs
}

/** Opens watches, then counts how long one event takes to reach all of them. */
async function measureFanOut({ base, pid, tls }: Served, watchers: number) {
  const before = await rssMb(pid)
  const path = `${base}/api/v1/namespaces/kube-system/configmaps`
  const abort = new AbortController()
  const { promise: allSeen, resolve } = Promise.withResolvers<void>()
  let seen = 0
  const watch = async () => {
    const response = await fetch(`${path}?watch=1&resourceVersion=0`, { headers, tls, signal: abort.signal })
    const reader = response.body!.getReader()
    await reader.read()
    const follow = async () => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        if (Buffer.from(value).includes('fan-out') && ++seen === watchers) resolve()
      }
    }
    follow().catch(() => {})
  }
  for (let index = 0; index < watchers; index += 50) await Promise.all(Array.from({ length: 50 }, watch))
  const during = await rssMb(pid)
  const body = JSON.stringify({ metadata: { name: `fan-out-${watchers}` } })
  const start = performance.now()
  await fetch(path, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body, tls })
  await allSeen
  const fanOutMs = Math.round(performance.now() - start)
  console.log(`${watchers} watches: RSS ${before} -> ${during} MB, one event to all in ${fanOutMs} ms`)
  abort.abort()
  return fanOutMs
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-api-'))
  const self = [process.execPath, import.meta.path, 'serve']
  const server = Bun.spawn(hasTwoCores ? ['taskset', '-c', '0', ...self] : self, { stdout: 'pipe', stderr: 'inherit' })
  try {
    const reader = server.stdout.getReader()
    let text = ''
    while (!text.includes('\n')) text += new TextDecoder().decode((await reader.read()).value)
    const { port, ca } = JSON.parse(text)
    const served: Served = { base: `https://127.0.0.1:${port}`, pid: server.pid, tls: { ca } }
    const { create } = await measureRequests(served, directory)
    const listMs = await measureList(served)
    const fanOutMs = await measureFanOut(served, 1000)
    const many = Number(process.env.BENCH_WATCHES ?? 0)
    if (many > 0) await measureFanOut(served, many)
    console.log(`api: create ${create}/s, list ${listMs} ms, fan-out ${fanOutMs} ms`)
  } finally {
    server.kill('SIGTERM')
    await server.exited
    rmSync(directory, { recursive: true, force: true })
  }
}

if (process.argv[2] === 'serve') await serve()
else {
  await main()
  // Watches that were cut leave sockets behind that would keep this process.
  process.exit(0)
}
