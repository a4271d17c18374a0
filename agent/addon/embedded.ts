/**
 * The native addons inside this executable, by package name: a path for fs, and the SHA-256 of the bytes.
 * Undefined when run from source. `scripts/build` replaces this module (scripts/executable/embed.ts).
 */
export const embeddedAddons: Record<string, { path: string; sha256: string }> | undefined = undefined
