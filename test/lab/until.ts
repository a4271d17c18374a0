/** Asks again until it holds. Throws after the time given: there is no event across processes. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !(await holds()); ) {
    if (performance.now() > deadline) throw new Error(`${what}: not so within ${timeoutMs / 1000} s`)
    await Bun.sleep(50)
  }
}
