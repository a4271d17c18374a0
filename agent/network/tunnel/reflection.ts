import type { Endpoint } from './shared.ts'

/**
 * Asks a node of a DHT (dht-rpc's ping) where a socket's datagrams seem to come from: any rendezvous answers, and needs to
 * know nothing. Request: version and type 1, flags 1 (internal command), id 2, the asked node's address 6, command 1. The
 * answer has the asker's address in the same place. Numbers are little-endian.
 */
const requestType = 0x03
/** First byte of an answer; datagrams of the tunnel begin with another. */
export const answerType = 0x13
const internalCommand = 4
const ping = 0
const answerBytes = 10

export function encodeReflectionRequest(id: number, to: Endpoint): Buffer {
  const request = Buffer.alloc(11)
  request[0] = requestType
  request[1] = internalCommand
  request.writeUInt16LE(id, 2)
  request.set(to.address.split('.').map(Number), 4)
  request.writeUInt16LE(to.port, 8)
  request[10] = ping
  return request
}

/** Undefined for what is no answer. */
export function decodeReflection(bytes: Uint8Array): { id: number; observed: Endpoint } | undefined {
  if (bytes.length < answerBytes || bytes[0] !== answerType) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const port = view.getUint16(8, true)
  if (port === 0) return undefined
  return { id: view.getUint16(2, true), observed: { address: bytes.subarray(4, 8).join('.'), port } }
}
