import { ViewCompaction } from './view-compaction.ts'
import { ViewDatabase } from './view-database.ts'
import { ViewImages, ViewImport } from './view-image.ts'

/** One call of a method of one of the classes that work on the view's file, answered in order. */
export interface ViewRequest {
  id: number
  call: string
  args: unknown[]
}

export type ViewResponse = { id: number; result: unknown } | { id: number; error: string }

declare const self: Worker

let parts: object[] = []

self.onmessage = ({ data }: MessageEvent<ViewRequest>) => {
  try {
    self.postMessage({ id: data.id, result: answer(data) } satisfies ViewResponse)
  } catch (error) {
    self.postMessage({ id: data.id, error: (error as Error).message } satisfies ViewResponse)
  }
}

function answer({ call, args }: ViewRequest): unknown {
  if (call === 'open') {
    const view = new ViewDatabase(args[0] as string)
    parts = [view, new ViewCompaction(view.database), new ViewImages(args[0] as string), new ViewImport(view.database)]
    return undefined
  }
  const part = parts.find((one) => call in one)
  if (part === undefined) throw new Error(`${call} is nothing that an open view can do`)
  return (part as Record<string, (...args: unknown[]) => unknown>)[call]!(...args)
}
