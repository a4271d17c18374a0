/** The load on etcd, in a process of its own: gRPC over HTTP/2, one connection to each member given. */
import { connect, constants } from 'node:http2'
import { watchEverything } from './etcd-watch.ts'
import { field, framed } from './grpc.ts'
import { say, serveLines } from './lines.ts'
import { load, measured, nextPut, untilAcknowledged } from './load.ts'

const ports = process.argv.slice(2).map(Number)
const open = (port: number) => connect(`http://127.0.0.1:${port}`).on('error', () => {})
let sessions = ports.map(open)
let turn = 0
const callTimeoutMs = 1000
/** While a leader is missing a call that is lost is to be tried again soon. */
const retriedCallTimeoutMs = 200

/** One unary call to the next member that is connected. */
function call(path: string, message: Uint8Array, timeoutMs = callTimeoutMs): Promise<void> {
  return new Promise((resolve, reject) => {
    const alive = sessions.filter((session) => !session.destroyed)
    const session = alive[turn++ % alive.length]
    if (session === undefined) return reject(new Error('no member is connected'))
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), timeoutMs)
    let status = ''
    stream.on('response', (headers) => (status = String(headers['grpc-status'] ?? status)))
    stream.on('trailers', (headers) => (status = String(headers['grpc-status'] ?? status)))
    stream.on('error', reject)
    stream.on('close', () => {
      clearTimeout(timer)
      if (status === '0') resolve()
      else reject(new Error(`grpc-status ${status}`))
    })
    stream.resume()
    stream.end(framed(message))
  })
}

async function put(timeoutMs?: number): Promise<void> {
  const { key, value } = nextPut()
  await call('/etcdserverpb.KV/Put', Buffer.concat([field(1, Buffer.from(key)), field(2, value)]), timeoutMs)
}

const rangeOf = (isSerializable: boolean) =>
  Buffer.concat([field(1, Buffer.from('registry/bench/1')), ...(isSerializable ? [Buffer.from([7 << 3, 1])] : [])])

serveLines(async ({ what, clients, limit, seconds, watches }) => {
  const count = clients as number
  if (what === 'puts') return load(count, limit as { seconds: number }, () => put())
  if (what === 'write') return void (await untilAcknowledged(() => put(retriedCallTimeoutMs)))
  if (what === 'connect') {
    sessions = sessions.map((session, at) => (session.destroyed ? open(ports[at]!) : session))
    return
  }
  if (what === 'watch') {
    return measured(() => watchEverything(sessions[0]!, watches as number, seconds as number))
  }
  const range = rangeOf(what === 'local')
  return load(count, { seconds: seconds as number }, () => call('/etcdserverpb.KV/Range', range))
})
say({ opened: true })
