import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import {
  type Announcement,
  announcementBytes,
  announcementKey,
  nonceBytes,
  openAnnouncement,
  sealAnnouncement,
} from './announcement.ts'
import { Neighbours } from './neighbours.ts'

const key = announcementKey(Buffer.from('of the cluster'))
const seal = (announcement: Announcement, by = key) => sealAnnouncement(by, randomBytes(nonceBytes), announcement)
const peerOf = (number: number) => number.toString(16).padStart(64, '0')
const said = (number: number, host = '192.168.1.2', udpPort = 4000) => ({
  host,
  self: { peer: peerOf(number), udpPort, webSocketPort: 0 },
})

test('what is sealed is opened alike, whether it says or asks', () => {
  const say: Announcement = { host: '10.1.2.3', self: { peer: 'ab'.repeat(32), udpPort: 65535, webSocketPort: 1 } }
  const ask: Announcement = { host: '10.1.2.3' }
  for (const one of [say, ask]) expect(openAnnouncement(key, seal(one), '10.1.2.3')).toEqual(one)
})

test('to an outsider each is other bytes of one length, with nothing of the peer in it', () => {
  const one = said(7)
  const first = seal(one)
  expect(first.byteLength).toBe(announcementBytes)
  expect(seal({ host: one.host }).byteLength).toBe(announcementBytes)
  expect(seal(one).equals(first)).toBe(false)
  expect(first.includes(Buffer.from(one.self.peer, 'hex'))).toBe(false)
})

test('another secret, a changed byte, another length and another sender are nothing', () => {
  const datagram = seal(said(1))
  expect(openAnnouncement(announcementKey(Buffer.from('other')), datagram, '192.168.1.2')).toBeUndefined()
  expect(openAnnouncement(key, datagram, '192.168.1.3')).toBeUndefined()
  expect(openAnnouncement(key, datagram.subarray(1), '192.168.1.2')).toBeUndefined()
  for (let index = 0; index < datagram.byteLength; index++) {
    const changed = Buffer.from(datagram)
    changed[index]! ^= 1
    expect(openAnnouncement(key, changed, '192.168.1.2')).toBeUndefined()
  }
})

test('a neighbour is new once, and again when it is elsewhere', () => {
  const neighbours = new Neighbours()
  expect(neighbours.heard(said(1), 0)).toBe(true)
  expect(neighbours.heard(said(1), 1000)).toBe(false)
  expect(neighbours.heard(said(1, '192.168.1.9'), 2000)).toBe(true)
  expect(neighbours.heard(said(1, '192.168.1.9', 4001), 3000)).toBe(true)
  expect(neighbours.heard({ host: '192.168.1.5' }, 4000)).toBe(false)
  expect(neighbours.addresses(4000)).toEqual(
    new Map([[peerOf(1), { udp: ['192.168.1.9:4001', '192.168.1.2:4000'], webSocket: [] }]]),
  )
})

test('the silent are forgotten, and there is a limit to how many are kept', () => {
  const neighbours = new Neighbours()
  neighbours.heard(said(1), 0)
  for (let number = 2; number <= 600; number++) neighbours.heard(said(number), 1000)
  const kept = neighbours.addresses(1000)
  expect(kept.size).toBe(512)
  expect(kept.has(peerOf(1))).toBe(false)
  expect(kept.has(peerOf(600))).toBe(true)
  expect(neighbours.addresses(91_001).size).toBe(0)
})

test('answers and what is looked at are bounded in time', () => {
  const neighbours = new Neighbours()
  expect(neighbours.mayAnswer(0)).toBe(true)
  expect(neighbours.mayAnswer(499)).toBe(false)
  expect(neighbours.mayAnswer(500)).toBe(true)
  const heard = Array.from({ length: 300 }, () => neighbours.mayHear(7000)).filter(Boolean)
  expect(heard).toHaveLength(200)
  expect(neighbours.mayHear(8000)).toBe(true)
})
