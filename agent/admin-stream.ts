/** A stream of an admin answer: frames of u32 length (little endian) and bytes. These lengths stand for something else. */
const endMark = 0
/** The stream broke off: a frame with the reason follows. */
const failureMark = 0xffff_ffff
const maxFrameBytes = 4 * 1024 * 1024

/** Frames of what is read from the chunks, one by one as they are asked for; a failure travels to the other side. */
export async function* frames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.byteLength; at += maxFrameBytes) yield frame(chunk.subarray(at, at + maxFrameBytes))
    }
    yield lengthField(endMark)
  } catch (error) {
    yield lengthField(failureMark)
    yield frame(Buffer.from((error as Error).message))
  }
}

/** The bytes behind the frames. Throws the other side's failure, and when the stream ends without its end. */
export async function* unframed(received: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0)
  let hasFailed = false
  for await (const bytes of received) {
    rest = Buffer.concat([rest, bytes])
    while (rest.byteLength >= 4) {
      const length = rest.readUInt32LE(0)
      if (length === endMark) return
      if (length === failureMark) {
        hasFailed = true
        rest = rest.subarray(4)
        continue
      }
      if (length > maxFrameBytes) throw new Error(`a frame of ${length} bytes: the answer is damaged`)
      if (rest.byteLength < 4 + length) break
      const content = rest.subarray(4, 4 + length)
      if (hasFailed) throw new Error(content.toString())
      yield content
      rest = rest.subarray(4 + length)
    }
  }
  throw new Error('the node went away before its answer was complete')
}

function frame(content: Uint8Array): Uint8Array {
  return Buffer.concat([lengthField(content.byteLength), content])
}

function lengthField(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
