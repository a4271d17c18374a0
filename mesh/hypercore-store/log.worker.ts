import { closeSync, openSync } from 'node:fs'
import { fdatasync, pwriteAll, type SystemError } from './libc.ts'

/** Writes of the log, one after the other, each answered when it is on the disk. */
export type LogRequest =
  | { id: number; call: 'open'; path: string }
  | { id: number; call: 'append'; buffer: SharedArrayBuffer; length: number; position: number }
  | { id: number; call: 'close' }

export interface LogResponse {
  id: number
  error?: { code: string; message: string }
}

declare const self: Worker

let fd = -1
let path = ''

self.onmessage = ({ data }: MessageEvent<LogRequest>) => {
  try {
    answer(data)
    self.postMessage({ id: data.id } satisfies LogResponse)
  } catch (error) {
    const { code, message } = error as SystemError
    self.postMessage({ id: data.id, error: { code, message } } satisfies LogResponse)
  }
}

function answer(request: LogRequest): void {
  switch (request.call) {
    case 'open':
      if (fd !== -1) closeSync(fd)
      path = request.path
      fd = openSync(path, 'r+')
      return
    case 'append':
      pwriteAll(fd, new Uint8Array(request.buffer, 0, request.length), request.position, path)
      fdatasync(fd, path)
      return
    case 'close':
      if (fd !== -1) closeSync(fd)
      fd = -1
  }
}
