// Registers by way of the API of its host: each a ConfigMap. Argument: a kubeconfig. Commands and answers are lines of JSON
// (line-process.ts): get, put, swap, state. `refused`: nothing was changed, or Unknown; `silent`: no answer came.
import { parse } from 'yaml'

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[]
  users: { user: Record<string, string> }[]
}

interface ConfigMap {
  metadata: { name: string; resourceVersion?: string }
  data?: { value: string }
}

type Call = { id: number; command: string; key: string; value: string }

const requestTimeoutMs = 12_000
const config = parse(await Bun.file(process.argv[2]!).text()) as Kubeconfig
const pem = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString()
const { cluster } = config.clusters[0]!
const { user } = config.users[0]!
const tls = {
  ca: pem(cluster['certificate-authority-data']),
  cert: pem(user['client-certificate-data']),
  key: pem(user['client-key-data']),
}
const collection = `${cluster.server}/api/v1/namespaces/default/configmaps`

async function send(method: string, path: string, body?: ConfigMap): Promise<{ status: number; object: ConfigMap }> {
  const response = await fetch(`${collection}${path}`, {
    method,
    tls,
    // Bun sends a request once more when a kept connection ends: then a refused connection would not mean that nothing was sent.
    keepalive: false,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...body }),
    signal: AbortSignal.timeout(requestTimeoutMs),
  })
  return { status: response.status, object: (await response.json()) as ConfigMap }
}

/** Undefined for a write that was made. A gateway's timeout, or a fault of the server, tells nothing of the outcome. */
function refusal(status: number): { refused: string } | undefined {
  if (status < 300) return undefined
  return { refused: status === 504 || status === 500 ? 'Unknown' : `${status}` }
}

async function put(key: string, value: string) {
  const object = { metadata: { name: key }, data: { value } }
  for (;;) {
    const updated = await send('PUT', `/${key}`, object)
    if (updated.status !== 404) return refusal(updated.status) ?? {}
    const created = await send('POST', '', object)
    if (created.status !== 409) return refusal(created.status) ?? {}
  }
}

async function swap(key: string, value: string) {
  const before = await send('GET', `/${key}?resourceVersion=0`)
  const data = { value }
  if (before.status === 404) {
    const { status } = await send('POST', '', { metadata: { name: key }, data })
    return refusal(status) ?? { found: null }
  }
  if (before.status !== 200) return { refused: `${before.status}` }
  const { resourceVersion } = before.object.metadata
  const { status } = await send('PUT', `/${key}`, { metadata: { name: key, resourceVersion }, data })
  return refusal(status) ?? { found: before.object.data!.value }
}

async function get(key: string) {
  const { status, object } = await send('GET', `/${key}`)
  if (status === 404) return { found: null }
  return status === 200 ? { found: object.data!.value } : { refused: `${status}` }
}

/** Every register, by a linearizable list. */
async function state() {
  const { status, object } = await send('GET', '')
  if (status !== 200) return { refused: `${status}` }
  const { items } = object as unknown as { items: ConfigMap[] }
  return { entries: items.map(({ metadata, data }) => [metadata.name, data?.value, Number(metadata.resourceVersion)]) }
}

async function answer({ command, key, value }: Call): Promise<object> {
  try {
    if (command === 'get') return await get(key)
    if (command === 'put') return await put(key, value)
    if (command === 'swap') return await swap(key, value)
    return await state()
  } catch (error) {
    // Nobody listens: it cannot have done anything.
    if (`${error}`.includes('ECONNREFUSED') || (error as { code?: string }).code === 'ConnectionRefused')
      return { refused: 'Closed' }
    return { silent: `${error}` }
  }
}

for await (const line of console) {
  const call = JSON.parse(line) as Call
  void answer(call).then((result) => console.log(JSON.stringify({ id: call.id, ...result })))
}
