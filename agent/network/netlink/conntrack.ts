import { concatenate, decodeAttributes, encodeAttributes, flags, nested, uint16BigEndian } from './message.ts'
import { errnos, families, NetlinkError, NetlinkSocket } from './socket.ts'

/** A connection the kernel tracks, as its first packet saw it and as answers come. */
export interface Flow {
  protocol: number
  /** The connection's first packet: from the client to what the client asked for. */
  source: Uint8Array
  sourcePort: number
  destination: Uint8Array
  destinationPort: number
  /** Who answers: the endpoint, where the destination was translated. */
  replySource: Uint8Array
  replySourcePort: number
}

export const ipProtocols = { tcp: 6, udp: 17 }

const conntrackSubsystem = 1
const messageKinds = { new: 0, get: 1, delete: 2 }
const attributes = { original: 1, reply: 2 }
const tupleAttributes = { ip: 1, protocol: 2 }
const ipAttributes = { sourceV4: 1, destinationV4: 2, sourceV6: 3, destinationV6: 4 }
const protocolAttributes = { number: 1, sourcePort: 2, destinationPort: 3 }

/** Connection tracking of this network namespace, by ctnetlink. Listing holds the thread: some microseconds a flow. */
export class ConntrackNetlink {
  readonly #socket = new NetlinkSocket(families.netfilter)

  /** Flows of one protocol. `family` is 2 for IPv4, 10 for IPv6. */
  flows(family: number, protocol: number): Flow[] {
    const type = (conntrackSubsystem << 8) | messageKinds.get
    const flows: Flow[] = []
    for (const { body } of this.#socket.request('list flows', type, flags.dump, Uint8Array.of(family, 0, 0, 0))) {
      const all = decodeAttributes(body.subarray(4))
      const original = decodeTuple(all.get(attributes.original))
      const reply = decodeTuple(all.get(attributes.reply))
      if (original === undefined || reply === undefined || original.protocol !== protocol) continue
      flows.push({ ...original, replySource: reply.source, replySourcePort: reply.sourcePort })
    }
    return flows
  }

  /** Forgets a flow: its next packet is treated as a new connection's. One that is gone is fine. */
  remove(flow: Flow): void {
    const isV4 = flow.source.length === 4
    const ip = encodeAttributes([
      [isV4 ? ipAttributes.sourceV4 : ipAttributes.sourceV6, flow.source],
      [isV4 ? ipAttributes.destinationV4 : ipAttributes.destinationV6, flow.destination],
    ])
    const protocol = encodeAttributes([
      [protocolAttributes.number, Uint8Array.of(flow.protocol)],
      [protocolAttributes.sourcePort, uint16BigEndian(flow.sourcePort)],
      [protocolAttributes.destinationPort, uint16BigEndian(flow.destinationPort)],
    ])
    const tuple = encodeAttributes([
      [tupleAttributes.ip | nested, ip],
      [tupleAttributes.protocol | nested, protocol],
    ])
    const body = concatenate(
      Uint8Array.of(isV4 ? 2 : 10, 0, 0, 0),
      encodeAttributes([[attributes.original | nested, tuple]]),
    )
    try {
      this.#socket.request('remove flow', (conntrackSubsystem << 8) | messageKinds.delete, 0, body)
    } catch (error) {
      if (!(error instanceof NetlinkError) || error.errno !== errnos.ENOENT) throw error
    }
  }

  close(): void {
    this.#socket.close()
  }
}

function decodeTuple(bytes: Uint8Array | undefined) {
  if (bytes === undefined) return undefined
  const tuple = decodeAttributes(bytes)
  const ip = decodeAttributes(tuple.get(tupleAttributes.ip) ?? new Uint8Array())
  const protocol = decodeAttributes(tuple.get(tupleAttributes.protocol) ?? new Uint8Array())
  const source = ip.get(ipAttributes.sourceV4) ?? ip.get(ipAttributes.sourceV6)
  const destination = ip.get(ipAttributes.destinationV4) ?? ip.get(ipAttributes.destinationV6)
  const number = protocol.get(protocolAttributes.number)
  if (source === undefined || destination === undefined || number === undefined) return undefined
  const port = (attribute: number) => {
    const value = protocol.get(attribute)
    return value === undefined ? 0 : (value[0]! << 8) | value[1]!
  }
  return {
    protocol: number[0]!,
    source,
    sourcePort: port(protocolAttributes.sourcePort),
    destination,
    destinationPort: port(protocolAttributes.destinationPort),
  }
}
