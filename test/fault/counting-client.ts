// Writes through the API of its host without end, several kinds at once, so that a request done twice, or answered with
// its own conflict, shows. Arguments: a kubeconfig, a prefix for names. Commands and answers are lines of JSON
// (line-process.ts): `seen` tells what came of them so far, `end` ends them and looks at what they left.
import { parse } from 'yaml'

/** Answers of a server that says it has done nothing are waited out so long. */
const pauseMs = 50
/** A server answers each request before that: 10 s for a commit. */
const patienceMs = 60_000

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[]
  users: { user: Record<string, string> }[]
}

interface Written {
  metadata: { name: string; uid: string; resourceVersion: string; labels?: Record<string, string> }
  data?: Record<string, string>
  imagePullSecrets?: { name: string }[]
}

const [file, prefix] = process.argv.slice(2) as [string, string]
const config = parse(await Bun.file(file).text()) as Kubeconfig
const pem = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString()
const { cluster } = config.clusters[0]!
const { user } = config.users[0]!
const tls = {
  ca: pem(cluster['certificate-authority-data']),
  cert: pem(user['client-certificate-data']),
  key: pem(user['client-key-data']),
}
const core = `${cluster.server}/api/v1/namespaces/default`

let done = 0
let unknown = 0
let refused = 0
let slowestMs = 0
let isEnding = false
const violations: string[] = []

/** The answer; undefined when nobody knows whether it was done. Anything else that is no success is a violation. */
async function ask(method: string, path: string, body?: object, type = 'application/json') {
  for (;;) {
    const beginMs = performance.now()
    // Not pooled: Bun sends a request again by itself when such a connection is cut (bun 1.4.5).
    const response = await fetch(`${core}/${path}`, {
      ...{ method, tls, keepalive: false, signal: AbortSignal.timeout(patienceMs) },
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': type } }),
    } as RequestInit)
    const text = await response.text()
    if (method !== 'GET') slowestMs = Math.max(slowestMs, performance.now() - beginMs)
    if (response.ok) {
      if (method !== 'GET') done++
      return JSON.parse(text) as Written & { items: Written[] }
    }
    if (response.status === 504) {
      unknown++
      return undefined
    }
    if (response.status !== 503 && response.status !== 429) {
      const { message } = JSON.parse(text) as { message: string }
      violations.push(`${method} ${path}: ${response.status} ${message}`)
      return undefined
    }
    refused++
    await Bun.sleep(pauseMs)
  }
}

async function read(path: string): Promise<Written & { items: Written[] }> {
  for (;;) {
    const answer = await ask('GET', path)
    if (answer) return answer
    if (violations.length > 0) throw new Error(violations.at(-1))
  }
}

/** Names that were answered, with the UID they were answered with. */
const created = new Map<string, string>()

async function create(): Promise<void> {
  for (let n = 0; !isEnding; n++) {
    const made = await ask('POST', 'configmaps', { metadata: { name: `${prefix}-created-${n}` } })
    if (made) created.set(made.metadata.name, made.metadata.uid)
  }
}

/** Requests that were answered with a name of the server's. */
const generated = new Set<string>()

async function generate(): Promise<void> {
  for (let n = 0; !isEnding; n++) {
    const request = `${prefix}-request-${n}`
    const metadata = { generateName: `${prefix}-generated-`, labels: { client: prefix, request } }
    if (await ask('POST', 'configmaps', { metadata })) generated.add(request)
  }
}

/** Counts in an object that nobody else writes. */
async function count(): Promise<void> {
  let current: Written | undefined
  for (let n = 0; !current && !isEnding; n++) {
    current = await ask('POST', 'configmaps', { metadata: { name: `${prefix}-count-${n}` }, data: { n: '0' } })
  }
  while (current && !isEnding) {
    const path = `configmaps/${current.metadata.name}`
    const n = Number(current.data!.n)
    const put: Written | undefined = await ask('PUT', path, { ...current, data: { n: `${n + 1}` } })
    current = put ?? (await read(path))
    const now = Number(current.data!.n)
    if (now !== n + 1 && (put || now !== n)) violations.push(`counted ${n} and then ${now}`)
  }
}

const listLength = 200
/** By account: what was appended. */
const appended = new Map<string, string[]>()

/** Appends to a list by JSON patches, which name no resourceVersion. */
async function append(): Promise<void> {
  for (let n = 0; !isEnding; n++) {
    const name = `${prefix}-list-${n}`
    const post = { metadata: { name }, imagePullSecrets: [{ name: 'first' }] }
    if (!(await ask('POST', 'serviceaccounts', post))) continue
    const own: string[] = []
    appended.set(name, own)
    for (let entry = 0; entry < listLength && !isEnding; entry++) {
      const patch = [{ op: 'add', path: '/imagePullSecrets/-', value: { name: `s${entry}` } }]
      if (await ask('PATCH', `serviceaccounts/${name}`, patch, 'application/json-patch+json')) own.push(`s${entry}`)
    }
  }
}

const deleted: string[] = []

async function remove(): Promise<void> {
  for (let n = 0; !isEnding; n++) {
    const name = `${prefix}-deleted-${n}`
    if (!(await ask('POST', 'configmaps', { metadata: { name } }))) continue
    if (await ask('DELETE', `configmaps/${name}`)) deleted.push(name)
  }
}

async function verify(): Promise<void> {
  const { items } = await read('configmaps')
  const byName = new Map(items.map((item) => [item.metadata.name, item]))
  for (const [name, uid] of created) {
    const there = byName.get(name)?.metadata.uid
    if (there !== uid) violations.push(`${name} was created as ${uid}, and is ${there}`)
  }
  for (const name of deleted) if (byName.has(name)) violations.push(`${name} was deleted, and is there`)
  const requests = items.filter(({ metadata }) => metadata.labels?.client === prefix)
  const seen = new Set<string>()
  for (const { metadata } of requests) {
    const request = metadata.labels!.request!
    if (seen.has(request)) violations.push(`${request} was done twice`)
    seen.add(request)
  }
  for (const request of generated) if (!seen.has(request)) violations.push(`${request} was answered and not done`)
  for (const [name, own] of appended) {
    const names = (await read(`serviceaccounts/${name}`)).imagePullSecrets!.map((secret) => secret.name)
    if (new Set(names).size !== names.length) violations.push(`${name} has entries twice: ${names}`)
    const missing = own.filter((entry) => !names.includes(entry))
    if (missing.length > 0) violations.push(`${name} lacks ${missing}`)
  }
}

const running = Promise.all([create(), generate(), count(), append(), remove()]).catch((error: unknown) => {
  violations.push(String(error))
})

for await (const line of console) {
  const { id, command } = JSON.parse(line) as { id: number; command: string }
  if (command === 'end') {
    isEnding = true
    await running
    await verify()
  }
  console.log(JSON.stringify({ id, done, unknown, refused, slowestMs, violations: violations.slice(0, 20) }))
}
