/** The peer sent what this protocol does not allow: the way it came on is closed. */
export class LinkViolation extends Error {
  constructor(what: string) {
    super(`the peer broke the link's protocol: ${what}`)
  }
}
