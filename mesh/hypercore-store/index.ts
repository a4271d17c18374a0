import { BloomFilterPolicy, ColumnFamily, constants, RibbonFilterPolicy } from './rocksdb/column-family.ts'
import { RocksDB } from './rocksdb/rocksdb.ts'

const exported = Object.assign(RocksDB, { ColumnFamily, BloomFilterPolicy, RibbonFilterPolicy, constants })

// hypercore-storage does `const RocksDB = require('rocksdb-native')`: the class itself is what it must get.
export { exported as 'module.exports' }
