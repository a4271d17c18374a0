// sodium-native 5 ships no types; these are the parts we use directly.
declare module 'sodium-native' {
  const sodium: {
    crypto_sign_PUBLICKEYBYTES: number
    crypto_sign_SECRETKEYBYTES: number
    crypto_sign_BYTES: number
    crypto_sign_keypair(publicKey: Buffer, secretKey: Buffer): void
    crypto_sign_detached(signature: Buffer, message: Buffer, secretKey: Buffer): void
    crypto_generichash_batch(output: Uint8Array, parts: readonly Uint8Array[], key?: Uint8Array): void
    crypto_sign_verify_detached(signature: Buffer, message: Buffer, publicKey: Buffer): boolean
  }
  export = sodium
}
