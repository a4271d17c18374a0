// A node of a DHT, told what to do by its arguments: `bootstrap ADDRESS PORT` serves a DHT on a public host; `serve
// BOOTSTRAP` prints its key and echoes what it gets; `dial BOOTSTRAP KEY BYTES` sends, checks the echo and says how long
// it took. Runs on Bun, where hyperdht finds our UDX.
const DHT = require('hyperdht')
const { createHash, randomBytes } = require('node:crypto')

const [role, ...rest] = process.argv.slice(2)
const say = (facts) => process.stdout.write(`${JSON.stringify(facts)}\n`)

async function serveDht(host, port) {
  const node = new DHT({ ephemeral: false, firewalled: false, bootstrap: [], host, port: Number(port) })
  await node.fullyBootstrapped()
  const bootstrap = [{ host, port: node.address().port }]
  // A lone node cannot tell peers what address they are seen at: that takes a few.
  for (let count = 0; count < 3; count++) {
    const other = new DHT({ ephemeral: false, firewalled: false, bootstrap, host })
    await other.fullyBootstrapped()
  }
  say({ bootstrap: `${host}:${node.address().port}` })
}

function nodeOf(bootstrap) {
  const [host, port] = bootstrap.split(':')
  return new DHT({ bootstrap: [{ host, port: Number(port) }] })
}

async function serve(bootstrap) {
  const node = nodeOf(bootstrap)
  const server = node.createServer((connection) => {
    connection.on('error', () => {})
    connection.pipe(connection)
  })
  await server.listen(DHT.keyPair())
  say({ key: server.publicKey.toString('hex') })
}

async function dial(bootstrap, key, bytes) {
  const node = nodeOf(bootstrap)
  await node.fullyBootstrapped()
  const begin = performance.now()
  const connection = node.connect(Buffer.from(key, 'hex'))
  connection.on('error', (error) => say({ error: error.message }))
  await new Promise((resolve) => connection.once('open', resolve))
  const openMs = performance.now() - begin
  const sent = randomBytes(Number(bytes))
  const hash = createHash('sha256')
  let received = 0
  const echoed = new Promise((resolve) => {
    connection.on('data', (data) => {
      hash.update(data)
      received += data.length
      if (received >= sent.length) resolve()
    })
  })
  connection.write(sent)
  await echoed
  const isEqual = hash.digest('hex') === createHash('sha256').update(sent).digest('hex')
  say({ openMs, received, isEqual, remoteHost: connection.rawStream.remoteHost })
  process.exit(0)
}

const roles = { bootstrap: serveDht, serve, dial }
roles[role](...rest)
