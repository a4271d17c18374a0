/** Asks again until it holds. Throws after the time given: there is no event across processes. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !(await holds()); ) {
    if (performance.now() > deadline) throw new Error(`${what}: not so within ${timeoutMs / 1000} s`)
    await Bun.sleep(50)
  }
}

/** Asks again until the answer is the one expected; tells the last one when it never is. */
export async function untilEqual<T>(
  what: string,
  ask: () => Promise<T>,
  expected: T,
  timeoutMs?: number,
): Promise<void> {
  let answer: T | undefined
  const isExpected = async () => {
    answer = await ask()
    return Bun.deepEquals(answer, expected)
  }
  await until(what, isExpected, timeoutMs).catch((error: Error) => {
    throw new Error(`${error.message}: ${Bun.inspect(answer)} in place of ${Bun.inspect(expected)}`, { cause: error })
  })
}
