import { expect, test } from 'bun:test'
import { HandshakeGate } from './handshake-gate.ts'

const admitted = (gate: HandshakeGate, host: string, count: number, nowMs: number) =>
  Array.from({ length: count }, () => gate.mayEnter(host, nowMs)).filter(Boolean).length

test('one address cannot take all the room, and many together only so much in ten seconds', () => {
  const gate = new HandshakeGate()
  expect(admitted(gate, '51.10.0.1', 1000, 0)).toBe(512)
  expect(admitted(gate, '51.10.0.2', 1000, 9_000)).toBe(512)
  expect(admitted(gate, '51.10.0.3', 1000, 9_000)).toBe(512)
  expect(admitted(gate, '51.10.0.4', 500, 9_000)).toBe(500)
  expect(admitted(gate, '51.10.0.5', 100, 9_999)).toBe(12)
  expect(admitted(gate, '51.10.0.1', 1000, 10_000)).toBe(512)
})
