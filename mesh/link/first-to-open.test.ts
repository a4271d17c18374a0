import { expect, test } from 'bun:test'
import type NoiseSecretStream from '@hyperswarm/secret-stream'
import { Duplex } from 'streamx'
import { firstToOpen } from './first-to-open.ts'

/** A dial that opens or fails when told to, and remembers why it was given up. */
class Dialled {
  readonly stream = new Duplex() as unknown as NoiseSecretStream
  readonly begun = Promise.withResolvers<void>()
  readonly #settled = Promise.withResolvers<NoiseSecretStream>()
  signal: AbortSignal | undefined
  readonly dial = (signal: AbortSignal) => {
    this.signal = signal
    this.begun.resolve()
    return this.#settled.promise
  }

  open(): void {
    this.#settled.resolve(this.stream)
  }

  fail(message: string): void {
    this.#settled.reject(new Error(message))
  }

  get closed(): Promise<void> {
    return new Promise((resolve) => this.stream.once('close', () => resolve()))
  }
}

function race(dials: Parameters<typeof firstToOpen<NoiseSecretStream>>[0]['dials'], signal: AbortSignal) {
  return firstToOpen({ dials, streamOf: (stream) => stream, none: 'nowhere to dial', signal })
}

const never = new AbortController().signal

test('the first is taken, the others are given up, and one that opens late is closed', async () => {
  const [a, b, c] = [new Dialled(), new Dialled(), new Dialled()]
  const first = race([a.dial, b.dial, c.dial], never)
  await c.begun.promise
  a.fail('refused')
  b.open()
  expect(await first).toBe(b.stream)
  expect(c.signal!.aborted).toBe(true)
  const closed = c.closed
  c.open()
  await closed
  c.stream.destroy(new Error('nobody listens'))
  expect(b.stream.destroying).toBe(false)
})

test('two that open in one turn: one is closed', async () => {
  const [a, b] = [new Dialled(), new Dialled()]
  const first = race([a.dial, b.dial], never)
  await b.begun.promise
  const closed = b.closed
  a.open()
  b.open()
  expect(await first).toBe(a.stream)
  await closed
})

test('all fail: why each did, in the order of dialling, each reason once', async () => {
  const [a, b, c] = [new Dialled(), new Dialled(), new Dialled()]
  const first = race([a.dial, () => undefined, b.dial, c.dial], never).catch((error: Error) => error.message)
  c.fail('refused')
  b.fail('not found')
  a.fail('refused')
  expect(await first).toBe('refused; not found')
})

test('nothing to dial, an abort and a search that fails are said at once, and what opens then is closed', async () => {
  const none = race([() => undefined], never).catch((error: Error) => error.message)
  expect(await none).toBe('nowhere to dial')

  const end = new AbortController()
  const a = new Dialled()
  const aborted = race([a.dial], end.signal).catch((error: Error) => error.message)
  await a.begun.promise
  end.abort(new Error('enough'))
  expect(await aborted).toBe('enough')
  expect(await race([a.dial], end.signal).catch((error: Error) => error.message)).toBe('enough')

  const b = new Dialled()
  async function* search() {
    yield b.dial
    throw new Error('the DHT is gone')
  }
  expect(await race(search(), never).catch((error: Error) => error.message)).toBe('the DHT is gone')
  const closed = Promise.all([a.closed, b.closed])
  a.open()
  b.open()
  await closed
})

test('a search is not waited for when a dial of it has opened', async () => {
  const a = new Dialled()
  async function* search() {
    yield a.dial
    await new Promise(() => {})
  }
  a.open()
  expect(await race(search(), never)).toBe(a.stream)
})
