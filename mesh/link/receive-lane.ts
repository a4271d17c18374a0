import type { DataFrame } from './frame.ts'
import { maxMessageBytes } from './links.ts'
import { LinkViolation } from './violation.ts'

/** A message that is whole. */
export interface Received {
  /** Index in the peer's list of protocols. */
  protocol: number
  message: Uint8Array
}

/** One lane's frames on their way in: puts messages together, drops what came before on another way. */
export class ReceiveLane {
  /** The next seq expected. */
  next = 0
  #protocol = 0
  #message: Buffer | undefined
  #filled = 0

  /** Gives the message that the frame completes. Throws LinkViolation. */
  receive(frame: DataFrame): Received | undefined {
    if (frame.seq < this.next) return undefined
    // Each way begins with the oldest frame that is not acknowledged, and keeps order.
    if (frame.seq > this.next) throw new LinkViolation(`frame ${frame.seq} where ${this.next} is next`)
    const message = this.#add(frame)
    this.next++
    return message
  }

  #add({ messageBytes, isLast, protocol, payload }: DataFrame): Received | undefined {
    const isFirst = messageBytes !== undefined
    if (isFirst === (this.#message !== undefined)) throw new LinkViolation('a message begins within another')
    if (isFirst) {
      if (messageBytes > maxMessageBytes) throw new LinkViolation(`a message of ${messageBytes} bytes`)
      if (isLast && payload.length === messageBytes) return { protocol, message: payload }
      this.#message = Buffer.allocUnsafe(messageBytes)
      this.#filled = 0
      this.#protocol = protocol
    }
    const whole = this.#message!
    const isFull = this.#filled + payload.length === whole.length
    if (isFull !== isLast || this.#filled + payload.length > whole.length || protocol !== this.#protocol) {
      throw new LinkViolation('a message of another length than it said')
    }
    whole.set(payload, this.#filled)
    this.#filled += payload.length
    if (!isLast) return undefined
    this.#message = undefined
    return { protocol, message: whole }
  }
}
