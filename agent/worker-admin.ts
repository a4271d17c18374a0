import { isAbsolute } from 'node:path'
import { AdminRefusal } from './admin-socket.ts'
import { ArchiveError } from './worker/image/archive.ts'
import { runtimeMessage } from './worker/runtime/connection.ts'
import type { Worker } from './worker/worker.ts'

/** Answers `skein images` once the worker is there. */
export class WorkerAdmin {
  worker: Worker | undefined

  readonly handlers = {
    /** `{ file }`, an absolute path on this machine: `{ images }`, their names. */
    'images-import': async (request: unknown): Promise<{ images: string[] }> => {
      const { file } = Object(request) as { file?: unknown }
      if (typeof file !== 'string' || !isAbsolute(file)) throw new AdminRefusal('an archive is named by its full path')
      if (this.worker === undefined) throw new AdminRefusal('the worker of this node is still starting: try again')
      if (!(await Bun.file(file).exists())) throw new AdminRefusal(`${file}: there is no such file`)
      try {
        return { images: await this.worker.importImages(file) }
      } catch (error) {
        if (error instanceof ArchiveError) throw new AdminRefusal(error.message)
        throw new AdminRefusal(`${file} cannot be imported: ${runtimeMessage(error)}`)
      }
    },
  }
}
