import type { Namespace } from './namespace.ts'

export interface Echo {
  stop(): void
}

/** Answers on TCP and UDP with its name and the client's address. To be called inside a namespace. */
export async function echo(name: string, address: string, port: number): Promise<Echo> {
  // A client that gave up meanwhile has no address any more.
  const answer = (remote = '') => `${name} ${remote.replace(/^::ffff:/, '')}`
  const tcp = Bun.listen({
    hostname: address,
    port,
    socket: {
      open(socket) {
        socket.end(answer(socket.remoteAddress))
      },
      data() {},
    },
  })
  const udp = await Bun.udpSocket({
    hostname: address,
    port,
    socket: {
      data(socket, _message, remotePort, remoteAddress) {
        socket.send(answer(remoteAddress), remotePort, remoteAddress)
      },
    },
  })
  return {
    stop() {
      tcp.stop(true)
      udp.close()
    },
  }
}

/** What a server answers to a connection from a namespace: its text, or the error code, or `timeout`. */
export function source(from: Namespace, address: string, port: number, timeoutMs = 4000): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    let timer: Timer | undefined
    const end = (result: string) => {
      clearTimeout(timer)
      resolve(result)
    }
    // Bun.connect, unlike node:net, opens its socket before it returns.
    const connecting = from.enter(() =>
      Bun.connect({
        hostname: address,
        port,
        socket: {
          data(_socket, data) {
            text += data
          },
          end: () => end(text),
          connectError: (_socket, error) => end((error as NodeJS.ErrnoException).code ?? error.message),
        },
      }),
    )
    timer = setTimeout(() => {
      connecting.then((socket) => socket.terminate()).catch(() => undefined)
      resolve('timeout')
    }, timeoutMs)
    connecting.catch(() => undefined)
  })
}

/** A UDP client with one port for all its questions. */
export async function udpClient(from: Namespace, address: string, port: number) {
  let answered: (text: string) => void = () => undefined
  const socket = await from.enter(() =>
    Bun.udpSocket({
      hostname: '0.0.0.0',
      socket: {
        data: (_socket, message) => answered(message.toString()),
        error: () => undefined,
      },
    }),
  )
  return {
    /** The answer to a datagram of so many bytes, or `nothing` within the time. */
    ask(timeoutMs = 3000, sizeBytes = 1): Promise<string> {
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve('nothing'), timeoutMs)
        answered = (text) => {
          clearTimeout(timer)
          resolve(text)
        }
        socket.send('?'.repeat(sizeBytes), port, address)
      })
    },
    close: () => socket.close(),
  }
}
