import { Receiving } from './receiving.ts'
import { Sending } from './sending.ts'
import { nowMs, type ThreadPeers, type ThreadStart, words } from './shared.ts'

declare const self: Worker

/** How long the thread is held by packets before messages get their turn. */
const turnMs = 20

/** One direction of the tunnel: a loop of calls that hold the thread. */
let direction: Sending | Receiving | undefined

self.onmessage = ({ data }: MessageEvent<ThreadStart | ThreadPeers>) => {
  if ('role' in data) {
    direction =
      data.role === 'send'
        ? new Sending(data, (packet) => self.postMessage(packet, [packet.packet.buffer]))
        : new Receiving(data, (moved) => self.postMessage(moved))
    void run(direction, new Int32Array(data.memory))
  } else {
    direction?.setPeers(data)
  }
}

async function run(one: Sending | Receiving, memory: Int32Array): Promise<void> {
  while (Atomics.load(memory, words.stop) === 0) {
    const turnEndMs = nowMs() + turnMs
    while (nowMs() < turnEndMs) one.step()
    await new Promise((resolve) => setImmediate(resolve))
  }
  self.postMessage('stopped')
}
