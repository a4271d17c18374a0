const hashBytes = 32
// Bun 1.4.5: `digest` wants room for the longest hash that there is.
const room = new Uint8Array(64)
const digest = room.subarray(0, hashBytes)

type HashBatch = (output: Uint8Array, parts: readonly Uint8Array[], key?: Uint8Array) => void

/**
 * libsodium's `crypto_generichash_batch` (BLAKE2b) by Bun's own hash of the same name. A native addon that is given a typed array
 * makes JavaScriptCore (Bun 1.4.5) keep an ArrayBuffer for it from then on: some fifty for each block that Hypercore appends by
 * itself, every one to be looked at and let go in the longest pause of the collector. It is also quicker.
 */
export function hashBatch(native: HashBatch): HashBatch {
  let hasher = new Bun.CryptoHasher('blake2b256')
  return (output, parts, key) => {
    if (key !== undefined || output.byteLength !== hashBytes) return native(output, parts, key)
    try {
      for (const part of parts) hasher.update(part)
      hasher.digest(room)
    } catch (error) {
      hasher = new Bun.CryptoHasher('blake2b256')
      throw error
    }
    output.set(digest)
  }
}
