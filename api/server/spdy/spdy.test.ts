import { expect, test } from 'bun:test'
import { deflateSync } from 'node:zlib'
import { headerDictionary } from './dictionary.ts'
import { controlFrame, controlType, dataFrame, FrameReader } from './frame.ts'
import { HeaderCodec } from './header-codec.ts'

test('the dictionary is the one of SPDY/3', () => {
  expect(headerDictionary).toHaveLength(1423)
  // The id that zlib streams of SPDY/3 carry in their FDICT field.
  const stream = deflateSync('x', { dictionary: headerDictionary })
  expect(stream.readUInt32BE(2).toString(16)).toBe('e3c6a7c2')
})

test('header blocks of one connection come back, one after the other', async () => {
  const ours = new HeaderCodec()
  const theirs = new HeaderCodec()
  for (const pairs of [
    [
      ['streamtype', 'data'],
      ['port', '80'],
    ],
    [],
    [['streamtype', 'é']],
  ] as [string, string][][]) {
    expect([...(await theirs.decode(await ours.encode(new Map(pairs))))]).toEqual(pairs)
  }
  await expect(theirs.decode(Buffer.from('this is not zlib'))).rejects.toThrow()
  ours.close()
  theirs.close()
})

test('frames come out whole, however the bytes are cut', () => {
  const bytes = Buffer.concat([
    controlFrame(controlType.ping, 0, Buffer.from([0, 0, 0, 1])),
    dataFrame(5, 1, Buffer.from('hello')),
    dataFrame(7, 0, Buffer.alloc(0)),
  ])
  for (let cut = 1; cut < bytes.length; cut++) {
    const reader = new FrameReader()
    const frames = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]
    expect(
      frames.map((frame) => (frame.isControl ? `control ${frame.type}` : `data ${frame.streamId} ${frame.payload}`)),
    ).toEqual(['control 6', 'data 5 hello', 'data 7 '])
  }
})

test('a frame that is too large or of another version is refused', () => {
  expect(() => new FrameReader().push(Buffer.from([0, 0, 0, 1, 0, 0xff, 0xff, 0xff]))).toThrow('too large')
  expect(() => new FrameReader().push(Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0]))).toThrow('SPDY/2')
})
