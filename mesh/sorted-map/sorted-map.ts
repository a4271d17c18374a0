import BTree from 'sorted-btree'

// Bun 1.4.5: the default import of a CommonJS module marked __esModule is its `default` when run from source, but the
// whole module when bundled.
const exported = typeof BTree === 'function' ? BTree : (BTree as { default: typeof BTree }).default

/** A map in the order of its keys (sorted-btree): ranges, nearest keys, cheap copies. */
export const SortedMap = exported
export type SortedMap<K, V> = BTree<K, V>
