import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { isIP } from 'node:net'
import type { PeerKey } from '../link/links.ts'

/** What a node says of itself on the local network. A port is 0 where it does not listen. */
export interface Self {
  peer: PeerKey
  udpPort: number
  webSocketPort: number
}

export interface Announcement {
  /** The IPv4 address that it is sent from: one who sends it again from elsewhere is not believed. */
  host: string
  /** Undefined: one who only asks who is there. */
  self?: Self
}

export const nonceBytes = 12
const tagBytes = 16
const keyBytes = 32
const plainBytes = 1 + 4 + 2 + 2 + keyBytes
/** Of every announcement, whatever it says. */
export const announcementBytes = nonceBytes + plainBytes + tagBytes
const format = 1

/** The key that announcements are sealed with, from what members and holders of tokens know. */
export function announcementKey(secret: Uint8Array): Buffer {
  return createHash('sha256').update('skein multicast').update(secret).digest()
}

/** Nonce, AES-256-GCM, tag: to an outsider random bytes of one length. The nonce is 12 random bytes, new each time. */
export function sealAnnouncement(key: Buffer, nonce: Uint8Array, { host, self }: Announcement): Buffer {
  const plain = Buffer.alloc(plainBytes)
  plain[0] = format | (self === undefined ? 0 : 0x80)
  Buffer.from(host.split('.').map(Number)).copy(plain, 1)
  if (self !== undefined) {
    plain.writeUInt16LE(self.udpPort, 5)
    plain.writeUInt16LE(self.webSocketPort, 7)
    plain.write(self.peer, 9, 'hex')
  }
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()])
}

/** Undefined for anything that was not sealed with this key, or sent by another host than it says. */
export function openAnnouncement(key: Buffer, datagram: Uint8Array, from: string): Announcement | undefined {
  if (datagram.byteLength !== announcementBytes || isIP(from) !== 4) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, datagram.subarray(0, nonceBytes))
  decipher.setAuthTag(datagram.subarray(-tagBytes))
  let plain: Buffer
  try {
    plain = Buffer.concat([decipher.update(datagram.subarray(nonceBytes, -tagBytes)), decipher.final()])
  } catch {
    return undefined
  }
  if ((plain[0]! & 0x7f) !== format) return undefined
  const host = [...plain.subarray(1, 5)].join('.')
  if (host !== from) return undefined
  if ((plain[0]! & 0x80) === 0) return { host }
  const [udpPort, webSocketPort] = [plain.readUInt16LE(5), plain.readUInt16LE(7)]
  return { host, self: { peer: plain.toString('hex', 9), udpPort, webSocketPort } }
}
