/**
 * Starts a Bun Worker from a file of this repository, named from its root (`mesh/store/view.worker.ts`).
 *
 * Bun 1.4.5: in a compiled executable `import.meta.url` of every module is that of the executable, so that a URL relative
 * to the module is not found there; workers are extra entry points that lie below `/$bunfs/root` under their path from
 * the project's root. `scripts/build` passes every `*.worker.ts` file as such an entry point.
 */
export function startThread(path: `${string}.worker.ts`): Worker {
  return new Worker(isCompiled ? `./${path}` : new URL(`../../${path}`, import.meta.url).href)
}

/** True inside `dist/skein`, false when run from source. */
export const isCompiled = import.meta.url.includes('/$bunfs/')
