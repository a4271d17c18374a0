/** What bounds the store's use of memory and disk. */
export interface StoreSizes {
  /**
   * Of each file of the log. They are written over again and again: a sync of bytes that were written before changes no
   * metadata of the file, which takes half the time, and nothing has to be allocated on a full disk.
   */
  segmentBytes: number
  /** New tables are about this long. */
  tableBytes: number
  /** Blocks of tables that stay in memory. */
  cacheBytes: number
  /** What deletions could free on the disk is given back when it is more than this. */
  freeableBytes: number
}

/** At most 6 segments, 4 tables of a segment each, and 16 MB to be freed: 56 MiB beside the live data. */
export const defaultSizes: StoreSizes = {
  segmentBytes: 4 * 2 ** 20,
  tableBytes: 8 * 2 ** 20,
  cacheBytes: 16 * 2 ** 20,
  freeableBytes: 16 * 2 ** 20,
}
