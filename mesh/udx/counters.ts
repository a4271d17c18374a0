/** Traffic counters; every level (instance, socket, stream) has its own. */
export class Counters {
  bytesTransmitted = 0
  packetsTransmitted = 0
  bytesReceived = 0
  packetsReceived = 0

  sent(bytes: number): void {
    this.bytesTransmitted += bytes
    this.packetsTransmitted++
  }

  received(bytes: number): void {
    this.bytesReceived += bytes
    this.packetsReceived++
  }
}
