import type { Random } from './random.ts'

interface Call {
  kind: 'write' | 'sync' | 'truncate' | 'rename'
  path: string
  offset: number
  data: Buffer
}

const kinds = [undefined, 'write', 'sync', 'truncate', 'rename'] as const

/** Reads what test/shim.c recorded. */
export function decodeRecording(bytes: Buffer): Call[] {
  const calls: Call[] = []
  for (let at = 0; at + 20 <= bytes.byteLength; ) {
    const pathLength = bytes.readUInt32LE(at + 4)
    const dataLength = bytes.readUInt32LE(at + 16)
    const pathAt = at + 20
    calls.push({
      kind: kinds[bytes.readUInt32LE(at)]!,
      path: bytes.toString('utf8', pathAt, pathAt + pathLength),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      data: bytes.subarray(pathAt + pathLength, pathAt + pathLength + dataLength),
    })
    at = pathAt + pathLength + dataLength
  }
  return calls
}

/** A file: what is on the disk for certain, and what was done to it since it was synced last. */
class Content {
  durable: Buffer = Buffer.alloc(0)
  unsynced: Call[] = []

  sync(): void {
    for (const call of this.unsynced) this.durable = change(this.durable, call)
    this.unsynced = []
  }

  /** Of what was not synced: some pages, some of them torn. */
  afterPowerCut(random: Random): Buffer {
    let bytes: Buffer = Buffer.from(this.durable)
    const keptShare = random.next()
    for (const call of this.unsynced) {
      if (call.kind === 'truncate') {
        if (random.next() < keptShare) bytes = change(bytes, call)
        continue
      }
      for (let start = 0; start < call.data.byteLength; ) {
        const end = Math.min(call.data.byteLength, start + 4096 - ((call.offset + start) % 4096))
        const torn = random.oneIn(8) ? start + Math.floor(random.below(end - start) / 512) * 512 : end
        const data = call.data.subarray(start, torn)
        if (random.next() < keptShare && data.byteLength > 0)
          bytes = change(bytes, { ...call, offset: call.offset + start, data })
        start = end
      }
    }
    return bytes
  }
}

function change(bytes: Buffer, { kind, offset, data }: Call): Buffer {
  const size = kind === 'truncate' ? offset : Math.max(bytes.byteLength, offset + data.byteLength)
  const changed = Buffer.alloc(size)
  bytes.copy(changed)
  if (kind === 'write') changed.set(data, offset)
  return changed
}

/**
 * A disk that keeps for certain only what was synced: contents by the sync of their file, names (made or renamed) by the
 * sync of the directory.
 */
export class UnsafeDisk {
  readonly #directory: string
  #names = new Map<string, Content>()
  #durableNames = new Map<string, Content>()
  /** The names as they were after each change since the directory was synced. */
  #unsyncedNames: Map<string, Content>[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  apply(call: Call): void {
    if (call.kind === 'rename') {
      const content = this.#names.get(call.path)!
      this.#names.delete(call.path)
      this.#names.set(call.data.toString(), content)
      this.#unsyncedNames.push(new Map(this.#names))
    } else if (call.kind === 'sync' && call.path === this.#directory) {
      this.#durableNames = new Map(this.#names)
      this.#unsyncedNames = []
    } else {
      if (!this.#names.has(call.path)) {
        this.#names.set(call.path, new Content())
        this.#unsyncedNames.push(new Map(this.#names))
      }
      const content = this.#names.get(call.path)!
      if (call.kind === 'sync') content.sync()
      else content.unsynced.push(call)
    }
  }

  /** The files as they could be found after the power is back. */
  afterPowerCut(random: Random): Map<string, Buffer> {
    const states = [this.#durableNames, ...this.#unsyncedNames]
    const names = states[random.below(states.length)]!
    return new Map([...names].map(([path, content]) => [path, content.afterPowerCut(random)]))
  }
}
