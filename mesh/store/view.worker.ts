import { ViewCompaction } from './view-compaction.ts'
import { ViewDatabase } from './view-database.ts'

/** One call of a method of ViewDatabase or ViewCompaction, answered in order. */
export interface ViewRequest {
  id: number
  call: string
  args: unknown[]
}

export type ViewResponse = { id: number; result: unknown } | { id: number; error: string }

declare const self: Worker

let database: ViewDatabase | undefined
let compaction: ViewCompaction | undefined

self.onmessage = ({ data }: MessageEvent<ViewRequest>) => {
  try {
    self.postMessage({ id: data.id, result: answer(data) } satisfies ViewResponse)
  } catch (error) {
    self.postMessage({ id: data.id, error: (error as Error).message } satisfies ViewResponse)
  }
}

function answer({ call, args }: ViewRequest): unknown {
  if (call === 'open') {
    database = new ViewDatabase(args[0] as string)
    compaction = new ViewCompaction(database.database)
    return undefined
  }
  if (database === undefined || compaction === undefined) throw new Error('the view is not open')
  const target = call in compaction ? compaction : database
  return (target as unknown as Record<string, (...args: unknown[]) => unknown>)[call]!(...args)
}
