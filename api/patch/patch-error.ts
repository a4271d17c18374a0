/** `reason` is that of the Status to answer: BadRequest 400, Invalid 422, RequestEntityTooLarge 413. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
  constructor(
    readonly reason: 'BadRequest' | 'Invalid' | 'RequestEntityTooLarge',
    message: string,
  ) {
    super(message)
  }
}
