/** Resolves at the next SIGTERM or SIGINT. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      process.off('SIGTERM', done)
      process.off('SIGINT', done)
      resolve()
    }
    process.on('SIGTERM', done)
    process.on('SIGINT', done)
  })
}
