import { isIP } from 'node:net'
import { parseEndpoint, resolveEndpoints } from '../../mesh/swarm/endpoint.ts'
import { globalAddress } from '../../mesh/swarm/open-node.ts'
import { Rendezvous } from '../../mesh/swarm/rendezvous.ts'
import { type CommandContext, CommandError, type CommandModule, usageStatus } from './command.ts'
import { untilSignal } from './signal.ts'

interface RendezvousFlags {
  listen: string
  address?: string
  with?: string[]
}

const defaultPort = 49737
/** Peers behind NAT have to be seen from at least three places to know what their NAT does. */
const portCount = 4

export const command: CommandModule<RendezvousFlags> = {
  declare(command) {
    command
      .option(
        '--listen <host:port>',
        'UDP address to serve; the three ports after it as well',
        `0.0.0.0:${defaultPort}`,
      )
      .option('--address <host>', 'how others reach this host, when it is behind a port-forward')
      .option('--with <host:port...>', 'other rendezvous, to be one DHT with them')
  },
  /** Serves until SIGTERM or SIGINT. */
  async run(flags, _args, context) {
    const rendezvous = await open(flags, context)
    await untilSignal()
    context.log.info('stopping')
    await rendezvous.close()
    return 0
  },
}

async function open(flags: RendezvousFlags, { log }: CommandContext): Promise<Rendezvous> {
  const { host, port } = endpoint(flags.listen)
  if (isIP(host) !== 4) throw new CommandError(`--listen: '${host}' is no IPv4 address`, usageStatus)
  if (port + portCount - 1 > 65535)
    throw new CommandError('--listen: the three ports after it are needed too', usageStatus)
  const address = await publicAddress(host, flags.address)
  const others = (flags.with ?? []).map((text) => endpoint(text) && text)
  const bootstrap = await resolveEndpoints(others)
  const ports = Array.from({ length: portCount }, (_, index) => port + index)
  try {
    const rendezvous = await Rendezvous.open({ host, address, ports, bootstrap, log: log.child('rendezvous') })
    const udpPorts = `${port}-${port + portCount - 1}`
    log.info(`nodes meet at ${address}:${port}`, { udpPorts })
    return rendezvous
  } catch (error) {
    throw new CommandError((error as Error).message)
  }
}

function endpoint(text: string): { host: string; port: number } {
  try {
    return parseEndpoint(text, defaultPort)
  } catch (error) {
    throw new CommandError((error as Error).message, usageStatus)
  }
}

async function publicAddress(listenHost: string, given: string | undefined): Promise<string> {
  if (given !== undefined) {
    const [resolved] = await resolveEndpoints([`${given}:1`])
    if (resolved === undefined) throw new CommandError(`--address: '${given}' has no IPv4 address`, usageStatus)
    return resolved.host
  }
  if (listenHost !== '0.0.0.0') return listenHost
  const found = globalAddress()
  if (found !== undefined) return found
  throw new CommandError('no interface has a public address: say how others reach this host by --address', usageStatus)
}
