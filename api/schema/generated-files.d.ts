/** Files embedded in the executable: importing one `with { type: 'file' }` gives its path. */
declare module '*.bin' {
  const path: string
  export default path
}
