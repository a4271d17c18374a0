// Makes one TLS connection after another to the API of its host, several at once, each with one request. Argument: a
// kubeconfig. Commands and answers are lines of JSON (line-process.ts): `seen` tells what came of them.
import { connect } from 'node:tls'
import { parse } from 'yaml'

const parallel = 4
/** The rest is left to the cluster: connections are told apart by certificates, not counted for speed. */
const pauseMs = 20
const patienceMs = 10_000

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[]
  users: { user: Record<string, string> }[]
}

const config = parse(await Bun.file(process.argv[2]!).text()) as Kubeconfig
const pem = (text: string | undefined) => Buffer.from(text ?? '', 'base64')
const { cluster } = config.clusters[0]!
const { user } = config.users[0]!
const { hostname, port } = new URL(cluster.server!)
const options = {
  host: hostname,
  port: Number(port),
  ca: pem(cluster['certificate-authority-data']),
  cert: pem(user['client-certificate-data']),
  key: pem(user['client-key-data']),
}
const request =
  'GET /api/v1/namespaces/default?resourceVersion=0 HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n'

let answered = 0
const failures: string[] = []
const certificates = new Set<string>()

/** What went wrong; undefined when the request was answered as it should be. */
function ask(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(options, () => socket.write(request))
    let text = ''
    const finish = (failure?: string) => {
      clearTimeout(late)
      resolve(failure)
      socket.destroy()
    }
    const late = setTimeout(() => finish('no answer'), patienceMs)
    socket.on('data', (data) => {
      text += data
      if (!text.includes('\r\n\r\n')) return
      certificates.add(socket.getPeerCertificate().fingerprint256)
      finish(text.startsWith('HTTP/1.1 200') ? undefined : text.slice(0, text.indexOf('\r\n')))
    })
    socket.on('error', (error) => finish(error.message))
    socket.on('close', () => finish('closed'))
  })
}

async function load(): Promise<void> {
  for (;;) {
    const failure = await ask()
    if (failure === undefined) answered++
    else failures.push(`${new Date().toISOString()} ${failure}`)
    await Bun.sleep(pauseMs)
  }
}

for (let index = 0; index < parallel; index++) void load()

for await (const line of console) {
  const { id } = JSON.parse(line) as { id: number }
  console.log(JSON.stringify({ id, answered, failures: failures.slice(0, 20), certificates: certificates.size }))
}
