import { expect, test } from 'bun:test'
import { decodeReflection, encodeReflectionRequest } from './reflection.ts'

test('a request is a ping of dht-rpc, byte by byte', () => {
  const bytes = encodeReflectionRequest(0x1234, { address: '203.0.113.7', port: 49_737 })
  expect(bytes.toString('hex')).toBe('03043412cb00710749c200')
})

test('an answer says where the asker is seen', () => {
  const answer = Buffer.from('13003412c6336401204e', 'hex')
  expect(decodeReflection(answer)).toEqual({ id: 0x1234, observed: { address: '198.51.100.1', port: 20_000 } })
  // With more behind it: the answerer's id, nodes near it.
  expect(decodeReflection(Buffer.concat([answer, Buffer.alloc(200)]))?.observed.port).toBe(20_000)
})

test('anything else is none', () => {
  for (const text of ['', '13', '13003412c633640120', '03003412c6336401204e', '13003412c63364010000'])
    expect(decodeReflection(Buffer.from(text, 'hex'))).toBeUndefined()
})
