// CommonJS, since hypercore-crypto does `const sodium = require('sodium-universal')`: its functions are what it must get.
import sodium = require('sodium-native')
import hashes = require('./hashes.ts')

export = { ...sodium, crypto_generichash_batch: hashes.hashBatch(sodium.crypto_generichash_batch) }
