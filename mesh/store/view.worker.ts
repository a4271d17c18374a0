import { type ViewBatch, ViewDatabase } from './view-database.ts'

/** One call of a ViewDatabase's method, answered in order. */
export interface ViewRequest {
  id: number
  call: 'open' | 'write' | 'position' | 'entriesAfter' | 'recent' | 'changeAt' | 'changesOf' | 'changesBelow' | 'close'
  args: unknown[]
}

export type ViewResponse = { id: number; result: unknown } | { id: number; error: string }

declare const self: Worker

let database: ViewDatabase | undefined

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
    return undefined
  }
  if (database === undefined) throw new Error('the view is not open')
  switch (call) {
    case 'write':
      return database.write(args[0] as ViewBatch)
    case 'position':
      return database.position()
    case 'entriesAfter':
      return database.entriesAfter(args[0] as string | null, args[1] as number)
    case 'recent':
      return database.recent()
    case 'changeAt':
      return database.changeAt(args[0] as string, args[1] as number)
    case 'changesOf':
      return database.changesOf(args[0] as string, args[1] as number)
    case 'changesBelow':
      return database.changesBelow(args[0] as string, args[1] as string, args[2] as number, args[3] as number)
    case 'close':
      return database.close()
  }
}
