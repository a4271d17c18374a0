/** Bytes that no release of ours wrote. */
export class Damaged extends Error {
  override readonly name = 'Damaged'
}
