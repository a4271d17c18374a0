import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { connect, createServer, type Server } from 'node:net'
import { Duplex } from 'node:stream'
import { ApiError } from '../../api/client/client.ts'
import type { ByteStream, ExecSession, PodRef, PodStreams } from '../../api/server/pod-streams.ts'
import { MemoryLinkNetwork } from '../../mesh/link/memory-links.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { openTunnels } from '../../mesh/tunnel/open-tunnels.ts'
import type { Tunnel, Tunnels } from '../../mesh/tunnel/tunnels.ts'
import { until } from '../../test/lab/until.ts'
import { NodePodStreams } from '../node-pod-streams.ts'

/** Commands of this machine and its loopback stand for containers and their networks: all bytes are real ones. */
class MachinePodStreams implements PodStreams {
  closed = 0
  running = 0
  cancelledLogs = 0

  async nodePage(nodeName: string, path: string) {
    return new Blob([`${path} of ${nodeName}`]).stream()
  }

  async logs(pod: PodRef, { container, follow }: { container: string; follow: boolean }) {
    if (container === 'missing') throw new ApiError(400, 'BadRequest', `container missing is not valid for ${pod.name}`)
    const encoder = new TextEncoder()
    let line = 0
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        if (line === 3 && !follow) return controller.close()
        if (line === 3) return new Promise<void>(() => {})
        controller.enqueue(encoder.encode(`line ${line++}\n`))
      },
      cancel: () => {
        this.cancelledLogs++
      },
    })
  }

  async exec(_pod: PodRef, options: { command: string[]; stdin: boolean; stderr: boolean }): Promise<ExecSession> {
    const process_ = Bun.spawn(options.command, { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' })
    this.running++
    let isOver = false
    const exit = process_.exited.then((exitCode) => {
      isOver = true
      this.running--
      return { exitCode }
    })
    const stdin = new WritableStream<Uint8Array>({
      async write(chunk) {
        process_.stdin.write(chunk)
        await process_.stdin.flush()
        if (isOver) throw new Error('EPIPE')
      },
      async close() {
        await process_.stdin.end()
      },
    })
    return {
      stdin: options.stdin ? stdin : undefined,
      stdout: process_.stdout,
      stderr: options.stderr ? process_.stderr : undefined,
      exit,
      resize: (width, height) => {
        this.size = `${width}x${height}`
        this.resized?.()
      },
      close: () => {
        this.closed++
        process_.kill(9)
      },
    }
  }
  size = ''
  resized: (() => void) | undefined

  attach(pod: PodRef, options: { stdin: boolean; stderr: boolean }): Promise<ExecSession> {
    return this.exec(pod, { ...options, command: ['cat'] })
  }

  async portForward(_pod: PodRef, port: number): Promise<ByteStream> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', (error) => reject(new ApiError(500, 'InternalError', error.message)))
    })
    return Duplex.toWeb(socket) as unknown as ByteStream
  }
}

const pod: PodRef = { namespace: 'default', name: 'web', uid: 'u1', nodeName: 'n2' }
const command = (...words: string[]) => ({
  ...{ container: 'c', command: words, stdin: true, stdout: true, stderr: true, tty: false },
})
const log = { container: 'c', follow: false, previous: false, timestamps: false }
let network: MemoryLinkNetwork
let machine: MachinePodStreams
let streams: NodePodStreams
/** Both ends of every tunnel. */
let tunnels: Tunnel[]

function recorded(all: Tunnels): Tunnels {
  const record = (tunnel: Tunnel) => {
    tunnels.push(tunnel)
    return tunnel
  }
  return {
    open: async (...args) => record(await all.open(...args)),
    accept: (purpose, take) => all.accept(purpose, (tunnel, ...rest) => take(record(tunnel), ...rest)),
  }
}

/** Nothing is left of a stream that is over. */
afterEach(() => until('no tunnel is left', () => tunnels.every(({ destroyed }) => destroyed), 30_000))

beforeEach(() => {
  tunnels = []
  network = new MemoryLinkNetwork()
  machine = new MachinePodStreams()
  const keys = new Map([
    ['n1', 'a'],
    ['n2', 'b'],
  ])
  const members = new Map([...keys.values()].map((key) => [key, { udp: [], webSocket: [] }]))
  const links = [...keys.values()].map((key) => network.join(key))
  const [one, two] = [...keys.keys()].map((name, index) => {
    const each = new NodePodStreams(name)
    each.join(recorded(openTunnels(links[index]!, silentLogger)), (other) => keys.get(other), silentLogger)
    return each
  })
  two!.connect(machine)
  streams = one!
  for (const each of links) each.setPeers(members)
})

async function refused(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise
  } catch (error) {
    return error as ApiError
  }
  throw new Error('it was not refused')
}

const textOf = (stream: ReadableStream<Uint8Array> | undefined) => new Response(stream).text()

async function write(session: ExecSession, bytes: Uint8Array | string): Promise<void> {
  const writer = session.stdin!.getWriter()
  await writer.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  await writer.close()
}

describe('logs', () => {
  test('pages of the node come too', async () => {
    const page = await streams.nodePage('n2', 'stats/summary')
    expect(await new Response(page).text()).toBe('stats/summary of n2')
  })

  test('come whole', async () => {
    expect(await textOf(await streams.logs(pod, log))).toBe('line 0\nline 1\nline 2\n')
  })

  test('end at the worker when the reader goes', async () => {
    const reader = (await streams.logs(pod, { ...log, follow: true })).getReader()
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('line 0\n')
    await reader.cancel()
    await until('the log is cancelled', () => machine.cancelledLogs === 1, 30_000)
  })

  test("the worker's refusal arrives as it was", async () => {
    const error = await refused(streams.logs(pod, { ...log, container: 'missing' }))
    expect(error).toBeInstanceOf(ApiError)
    expect([error.code, error.reason, error.message]).toEqual([
      400,
      'BadRequest',
      'container missing is not valid for web',
    ])
  })

  test('a cut link breaks the stream with a reason', async () => {
    const reader = (await streams.logs(pod, { ...log, follow: true })).getReader()
    for (let line = 0; line < 3; line++) await reader.read()
    const broken = refused(reader.read())
    network.cut('b')
    expect((await broken).message).toBe('the link to b is gone')
    await until('the log is cancelled', () => machine.cancelledLogs === 1, 30_000)
  })
})

describe('exec', () => {
  test('output, errors and the exit code', async () => {
    const session = await streams.exec(pod, command('sh', '-c', 'echo out; echo err >&2; exit 7'))
    expect(await Promise.all([textOf(session.stdout), textOf(session.stderr), session.exit])).toEqual([
      'out\n',
      'err\n',
      { exitCode: 7 },
    ])
    expect(machine.closed).toBe(0)
  })

  test('8 MB through a command, and the end of its input', async () => {
    const session = await streams.exec(pod, command('cat'))
    const sent = crypto
      .getRandomValues(Buffer.alloc(64 * 1024))
      .toString('hex')
      .repeat(64)
    const [received] = await Promise.all([textOf(session.stdout), write(session, sent)])
    expect(received === sent).toBe(true)
    expect(await session.exit).toEqual({ exitCode: 0 })
  })

  test('input that is not read holds up neither sizes nor output', async () => {
    const session = await streams.exec(pod, command('sh', '-c', 'echo begin; sleep 60'))
    const writer = session.stdin!.getWriter()
    const writing = refused(writer.write(Buffer.alloc(4 * 1024 * 1024)))
    const reader = session.stdout!.getReader()
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('begin\n')
    const resized = new Promise<void>((resolve) => {
      machine.resized = resolve
    })
    session.resize(120, 40)
    await resized
    expect(machine.size).toBe('120x40')
    session.close()
    await writing
    await until('nothing runs', () => machine.running === 0, 30_000)
  })

  test('it is ended when the caller goes, and when the link does', async () => {
    const closed = await streams.exec(pod, command('sleep', '60'))
    closed.close()
    await until('one is closed', () => machine.closed === 1 && machine.running === 0, 30_000)
    expect((await refused(closed.exit)).message).toBe('the command was left')
    const cut = await streams.exec(pod, command('sleep', '60'))
    network.cut('b')
    expect((await refused(cut.exit)).message).toBe('the link to b is gone')
    await until('both are closed', () => machine.closed === 2 && machine.running === 0, 30_000)
  })

  test('without input; attach', async () => {
    const session = await streams.exec(pod, { ...command('echo', 'hi'), stdin: false, stderr: false })
    expect([session.stdin, session.stderr]).toEqual([undefined, undefined])
    expect(await textOf(session.stdout)).toBe('hi\n')
    const attached = await streams.attach(pod, { ...command(), stderr: false })
    const [text] = await Promise.all([textOf(attached.stdout), write(attached, 'typed')])
    expect(text).toBe('typed')
    expect(await attached.exit).toEqual({ exitCode: 0 })
  })

  test('a long command line', async () => {
    const script = `echo ${'x'.repeat(100_000)} | wc -c`
    const session = await streams.exec(pod, command('sh', '-c', script))
    expect((await textOf(session.stdout)).trim()).toBe('100001')
  })
})

describe('port-forward', () => {
  let server: Server
  let port: number

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      const parts: Buffer[] = []
      socket.on('data', (bytes: Buffer) => parts.push(bytes))
      socket.on('end', () => socket.end(Buffer.concat(parts).reverse()))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as { port: number }).port
  })
  afterEach(() => void server.close())

  test('both directions, each with its end', async () => {
    const bytes = await streams.portForward(pod, port)
    const writer = bytes.writable.getWriter()
    await writer.write(Buffer.from('forward'))
    await writer.close()
    expect(await textOf(bytes.readable)).toBe('drawrof')
  })

  test('a port that nobody listens at', async () => {
    server.close()
    const error = await refused(streams.portForward(pod, port))
    expect([error.code, error.message]).toEqual([500, `connect ECONNREFUSED 127.0.0.1:${port}`])
  })
})

describe('nodes', () => {
  test('this one, before its worker is there', async () => {
    const error = await refused(streams.logs({ ...pod, nodeName: 'n1' }, log))
    expect([error.code, error.message]).toEqual([
      503,
      'the container runtime of node "n1" is still starting: try again',
    ])
  })

  test('one that is unknown', async () => {
    const error = await refused(streams.logs({ ...pod, nodeName: 'n3' }, log))
    expect([error.code, error.message]).toEqual([503, 'node "n3" is no member that "n1" knows'])
  })
})
