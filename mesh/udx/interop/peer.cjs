// One end of a UDX conversation, told what to do by lines of JSON on standard input and answering each by a line. Runs
// on Node with the original udx-native and on Bun with ours: the module's path is the argument.
const { createHash } = require('node:crypto')
const { createInterface } = require('node:readline')
const UDX = require(process.argv[2])

const udx = new UDX()
const sockets = new Map()
const streams = new Map()
const chunk = Buffer.alloc(64 * 1024)
for (let index = 0; index < chunk.length; index++) chunk[index] = (index * 7 + (index >> 8)) % 251

const closed = (stream) =>
  new Promise((resolve) => {
    let failure = null
    stream.on('error', (error) => {
      failure = error.code ?? error.message
    })
    stream.on('close', () => resolve({ failure }))
  })

async function write(stream, bytes) {
  for (let left = bytes; left > 0; left -= chunk.length) {
    const part = left < chunk.length ? chunk.subarray(0, left) : chunk
    if (!stream.write(part)) await new Promise((resolve) => stream.once('drain', resolve))
  }
}

const commands = {
  bind({ socket, host = '127.0.0.1' }) {
    const made = udx.createSocket()
    made.bind(0, host)
    sockets.set(socket, made)
    return { port: made.address().port }
  },
  /** `from` is what a packet from elsewhere than the stream's socket is told: allowed or dropped. */
  stream({ stream, allow = false }) {
    const made = udx.createStream(stream, { firewall: () => !allow })
    const received = { bytes: 0, hash: createHash('sha256'), messages: [] }
    made.on('message', (message) => received.messages.push(message.toString()))
    streams.set(stream, {
      made,
      received,
      closed: closed(made),
      ended: new Promise((resolve) => made.on('end', resolve)),
    })
    made.on('data', (data) => {
      received.bytes += data.length
      received.hash.update(data)
    })
    return {}
  },
  connect({ stream, socket, remote, port, host }) {
    streams.get(stream).made.connect(sockets.get(socket), remote, port, host)
    return {}
  },
  async write({ stream, bytes }) {
    const { made } = streams.get(stream)
    const begin = performance.now()
    await write(made, bytes)
    const isFlushed = await made.flush()
    return { isFlushed, ms: performance.now() - begin }
  },
  end({ stream }) {
    streams.get(stream).made.end()
    return {}
  },
  async received({ stream }) {
    const { received, ended } = streams.get(stream)
    await ended
    return { bytes: received.bytes, digest: received.hash.digest('hex') }
  },
  async closed({ stream }) {
    return await streams.get(stream).closed
  },
  destroy({ stream }) {
    streams.get(stream).made.destroy()
    return {}
  },
  async message({ stream, text }) {
    return { isSent: await streams.get(stream).made.send(Buffer.from(text)) }
  },
  messages({ stream }) {
    return { messages: streams.get(stream).received.messages }
  },
  async change({ stream, socket, remote, port, host }) {
    await streams.get(stream).made.changeRemote(sockets.get(socket), remote, port, host)
    return {}
  },
  relay({ from, to }) {
    streams.get(from).made.relayTo(streams.get(to).made)
    return {}
  },
  state({ stream }) {
    const { made } = streams.get(stream)
    return {
      mtu: made.mtu,
      rtt: made.rtt,
      retransmits: made.retransmits,
      remotePort: made.remotePort,
      cpu: process.cpuUsage(),
    }
  },
  async close({ socket }) {
    await sockets.get(socket).close()
    return {}
  },
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, command, ...options } = JSON.parse(line)
  try {
    const result = await commands[command](options)
    process.stdout.write(`${JSON.stringify({ id, ...result })}\n`)
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, error: error.message })}\n`)
  }
})
process.stdin.on('end', () => process.exit(0))
