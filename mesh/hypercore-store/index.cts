// CommonJS, since hypercore-storage does `const RocksDB = require('rocksdb-native')`: the class itself is what it must
// get. Bun 1.4.5 honours an ES export named 'module.exports' when run from source, and not when bundled.
import columnFamily = require('./rocksdb/column-family.ts')
import rocksdb = require('./rocksdb/rocksdb.ts')

export = Object.assign(rocksdb.RocksDB, {
  ColumnFamily: columnFamily.ColumnFamily,
  BloomFilterPolicy: columnFamily.BloomFilterPolicy,
  RibbonFilterPolicy: columnFamily.RibbonFilterPolicy,
  constants: columnFamily.constants,
})
