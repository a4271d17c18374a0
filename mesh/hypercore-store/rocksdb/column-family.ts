// The tuning classes of rocksdb-native 3.18: accepted, and of no meaning to this store.

export class ColumnFamily {
  readonly name: string
  readonly options: object

  constructor(name: string, options: object = {}) {
    this.name = name
    this.options = options
  }

  cloneSettings(name: string): ColumnFamily {
    return new ColumnFamily(name, this.options)
  }

  destroy(): void {}
}

export class BloomFilterPolicy {
  readonly type = 1
  readonly bitsPerKey: number

  constructor(bitsPerKey: number) {
    this.bitsPerKey = bitsPerKey
  }
}

export class RibbonFilterPolicy {
  readonly type = 2
  readonly bloomEquivalentBitsPerKey: number
  readonly bloomBeforeLevel: number

  constructor(bloomEquivalentBitsPerKey: number, bloomBeforeLevel = 0) {
    this.bloomEquivalentBitsPerKey = bloomEquivalentBitsPerKey
    this.bloomBeforeLevel = bloomBeforeLevel
  }
}

export const constants = {
  pinningTier: { NONE: 0, FLUSHED_AND_SIMILAR: 1, ALL: 2 },
  garbageCollectionPolicy: { DEFAULT: 0, FORCE: 1, DISABLE: 2 },
  bottommostLevelCompaction: { NONE: 0, SKIP: 1, FORCE: 2 },
}
