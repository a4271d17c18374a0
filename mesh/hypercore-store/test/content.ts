import type { Backend } from '../backend.ts'

/** All that the store holds. */
export async function contentOf(store: Backend): Promise<Map<string, string>> {
  const content = new Map<string, string>()
  const view = store.view()
  const cursor = view.scan({ start: '', end: undefined }, false)
  try {
    for (let entries = await cursor.next(1000); entries.length > 0; entries = await cursor.next(1000)) {
      for (const { key, value } of entries) content.set(key, value.toString('latin1'))
    }
  } finally {
    view.release()
  }
  return content
}
