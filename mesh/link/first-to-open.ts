import type NoiseSecretStream from '@hyperswarm/secret-stream'

/** One try to connect, given up when the signal aborts; undefined where there is nothing to try. */
export type Dial<T> = (signal: AbortSignal) => Promise<T> | undefined

export interface FirstToOpen<T> {
  /** All are begun as they come, and go on beside each other. */
  dials: Iterable<Dial<T>> | AsyncIterable<Dial<T>>
  streamOf(opened: T): NoiseSecretStream
  /** Why there is nothing to try. */
  none: string
  signal: AbortSignal
}

/**
 * The first of several dials that opens. The others are given up, and what of theirs opens nevertheless is closed. Rejects
 * with the signal's reason at once, or when all have failed with an AggregateError of why each did.
 */
export function firstToOpen<T>({ dials, streamOf, none, signal }: FirstToOpen<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const end = new AbortController()
  const settle = (how: () => void, reason: unknown) => {
    if (end.signal.aborted) return
    signal.removeEventListener('abort', abort)
    how()
    end.abort(reason)
  }
  const fail = (error: unknown) => settle(() => reject(error), error)
  const abort = () => fail(signal.reason)
  const open = async (dial: Promise<T>): Promise<Error | undefined> => {
    try {
      const opened = await dial
      if (end.signal.aborted) closeUnheard(streamOf(opened))
      else settle(() => resolve(opened), new Error('another was quicker'))
      return undefined
    } catch (error) {
      return error as Error
    }
  }
  const all = async () => {
    const opening: Promise<Error | undefined>[] = []
    for await (const dial of dials) {
      if (end.signal.aborted) return
      const dialling = dial(end.signal)
      if (dialling !== undefined) opening.push(open(dialling))
    }
    const errors = (await Promise.all(opening)).filter((error) => error !== undefined)
    const reasons = new Set(errors.map(({ message }) => message))
    fail(new AggregateError(errors, opening.length === 0 ? none : [...reasons].join('; ')))
  }
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort)
  all().catch(fail)
  return promise
}

/** Closes a stream that nobody else listens to: without any listener its error would end the process. */
export function closeUnheard(stream: NoiseSecretStream): void {
  stream.on('error', () => {})
  stream.destroy()
}
