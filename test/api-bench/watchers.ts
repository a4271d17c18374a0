/**
 * Many watches from a process of its own: `watchers.ts PORT CA-FILE COUNT h1|h2`: each a connection, or 200 to one as
 * client-go has them. Prints `open` once all are, and then for each line it reads how many milliseconds one new object
 * took to reach all of them.
 */
import { type ClientHttp2Session, connect } from 'node:http2'
import { benchToken } from './bench-pod.ts'

const [port, caFile, countText, protocol] = process.argv.slice(2)
const count = Number(countText)
const tls = { ca: await Bun.file(caFile!).text() }
const url = `https://127.0.0.1:${port}/api/v1/namespaces/kube-system/configmaps`
const headers = { authorization: `Bearer ${benchToken}` }

let seen = 0
let name = ''
let allSeen = () => {}

const query = '?watch=1&resourceVersion=0'

async function watch(): Promise<void> {
  const response = await fetch(url + query, { headers, tls } as RequestInit)
  const reader = response.body!.getReader()
  await reader.read()
  const follow = async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) throw new Error('a watch ended')
      look(value)
    }
  }
  follow().catch(fail)
}

const streamsOfOne = 200
let session: ClientHttp2Session | undefined
let streams = 0

async function watchStream(): Promise<void> {
  if (streams++ % streamsOfOne === 0) session = connect(url, { ...tls }).on('error', fail)
  const stream = session!.request({ ':path': new URL(url).pathname + query, ...headers })
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('data', () => resolve())
  stream.on('data', look)
  stream.on('error', fail).on('close', () => fail(new Error('a watch ended')))
  await promise
}

function look(bytes: Uint8Array): void {
  if (name !== '' && Buffer.from(bytes).includes(name) && ++seen === count) allSeen()
}

function fail(error: unknown): void {
  console.error(String(error))
  process.exit(1)
}

async function fanOut(round: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  seen = 0
  name = `fan-out-${protocol}-${count}-${round}`
  allSeen = resolve
  const body = JSON.stringify({ metadata: { name } })
  const start = performance.now()
  await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body, tls })
  await promise
  return performance.now() - start
}

for (let opened = 0; opened < count; opened += 50)
  await Promise.all(Array.from({ length: 50 }, protocol === 'h2' ? watchStream : watch))
console.log('open')
let round = 0
for await (const _ of console) console.log((await fanOut(round++)).toFixed(1))
process.exit(0)
