import { expect, test } from 'bun:test'
import type { NodeStatus } from '../status.ts'
import { statusText } from './status-text.ts'

const status: NodeStatus = {
  node: 'server-2',
  cluster: 'home',
  pid: 7,
  version: '0.1.0',
  startedAt: '2026-11-21T00:00:00Z',
  ready: true,
  parts: [
    { name: 'mesh', state: 'ready', message: '' },
    { name: 'network', state: 'failed', message: 'no nftables: apt install nftables' },
  ],
}

test('each part with what is wrong with it', () => {
  expect(statusText(status)).toBe(
    [
      'node server-2 of cluster home is ready (skein 0.1.0, pid 7)',
      '  mesh     ready',
      '  network  failed  no nftables: apt install nftables',
    ].join('\n'),
  )
})

test('quorum, links and remarks', () => {
  const text = statusText({
    ...status,
    parts: [],
    quorum: {
      role: 'follower',
      term: 3,
      leader: 'server-1',
      voters: ['server-1', 'server-2'],
      learners: ['server-3'],
      heldBack: [],
    },
    links: [
      {
        node: 'server-1',
        peer: 'a',
        state: 'connected',
        way: 'udp',
        via: '51.10.0.1:6444',
        rttMs: 4.25,
        sentBytes: 900,
        receivedBytes: 2_500_000,
        lostPackets: 1,
        sinceMs: 1000,
        wayChanges: 2,
        lastError: 'the way does not answer',
      },
      {
        node: 'server-3',
        peer: 'b',
        state: 'connecting',
        sentBytes: 0,
        receivedBytes: 0,
        wayChanges: 0,
        lastError: 'nobody answers',
      },
    ],
    remarks: ['if server-1 dies, server-2 and server-3 cannot find each other again'],
  })
  expect(text.split('\n').slice(1)).toEqual([
    '  quorum         follower    led by server-1 in term 3; voters server-1, server-2; learners server-3',
    '  link server-1  connected   udp 51.10.0.1:6444, 4.3 ms, 900 B sent, 2.5 MB received, 1 packet lost, ' +
      'since 1970-01-01T00:00:01.000Z, way changed 2 times, last error: the way does not answer',
    '  link server-3  connecting  nobody answers',
    '! if server-1 dies, server-2 and server-3 cannot find each other again',
  ])
})

test('pulls and how far they are', () => {
  const pulls = [
    { image: 'a/b:1', sinceMs: 0, progress: { receivedBytes: 1_500_000, totalBytes: 20_000_000 } },
    { image: 'c:2', sinceMs: 1000 },
  ]
  expect(
    statusText({ ...status, parts: [], pulls })
      .split('\n')
      .slice(1),
  ).toEqual([
    '  image a/b:1  pulling  1.5 MB of 20.0 MB, since 1970-01-01T00:00:00.000Z',
    '  image c:2    pulling  since 1970-01-01T00:00:01.000Z',
  ])
})

test('a node that has not joined yet says so', () => {
  expect(statusText({ ...status, node: '', ready: false, parts: [] })).toBe(
    'this node is in no cluster yet, and is not ready (skein 0.1.0, pid 7)',
  )
})
