import { join } from 'node:path'

/** Where a node keeps what, below its data directory. One place, so that backup, uninstall and tests agree. */
export interface DataDirectory {
  root: string
  nodeKey: string
  keyring: string
  /** The node's place in its cluster. */
  place: string
  /** A join token for the first start, left by `skein install`. */
  joinToken: string
  /** Members and where they were last reached. */
  peers: string
  servingCertificate: string
  operationsLog: string
  view: string
  /** There from `skein recover` until the start that does it. */
  recoveryOrder: string
  /** The unpacked runtime payload. */
  payload: string
  /** containerd, pods, volumes, container logs. */
  worker: string
  network: string
  /** Image archives loaded at start. */
  images: string
  /** Sockets and locks; short, since a unix socket's path has at most 107 bytes. */
  run: string
  statusSocket: string
  /** Where root of this machine asks the running node for something, see admin-socket.ts. */
  adminSocket: string
}

export const defaultDataDirectory = '/var/lib/skein'

export function dataDirectoryAt(root: string): DataDirectory {
  const below = (...names: string[]) => join(root, ...names)
  return {
    root,
    nodeKey: below('identity', 'node.json'),
    keyring: below('identity', 'keyring.json'),
    place: below('identity', 'place.json'),
    joinToken: below('identity', 'join-token'),
    peers: below('identity', 'peers.json'),
    servingCertificate: below('identity', 'serving.json'),
    operationsLog: below('operations'),
    view: below('view', 'view.sqlite'),
    recoveryOrder: below('view', 'recover.json'),
    payload: below('payload'),
    worker: below('worker'),
    network: below('network'),
    images: below('images'),
    run: below('run'),
    statusSocket: below('run', 'status.sock'),
    adminSocket: below('run', 'admin.sock'),
  }
}
