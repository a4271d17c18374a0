import { ApiError, type StatusDetails } from '../../api/client/client.ts'
import type { AttachOptions, ExecOptions, LogOptions, PodRef } from '../../api/server/pod-streams.ts'

/** The purpose of a tunnel to the node that runs a pod. */
export const podStreamPurpose = 'pod-stream'

/** What is asked of the node that runs the pod. */
export type PodStreamRequest =
  | { verb: 'logs'; pod: PodRef; options: LogOptions }
  | { verb: 'exec'; pod: PodRef; options: ExecOptions }
  | { verb: 'attach'; pod: PodRef; options: AttachOptions }
  | { verb: 'portForward'; pod: PodRef; port: number }
  /** Of the node; the pod's other names are empty. */
  | { verb: 'nodePage'; pod: PodRef; options: { path: string } }

/** Which streams a command has. */
export interface CommandStreams {
  stdin: boolean
  stdout: boolean
  stderr: boolean
}

/** An ApiError on its way. */
export interface Refusal {
  code: number
  reason: string
  message: string
  details: StatusDetails
}

/** Input that is on its way and was not taken yet, at most: a process that does not read holds up nothing else. */
export const inputWindowBytes = 256 * 1024

export function refusalOf(error: unknown): Refusal {
  if (error instanceof ApiError) {
    const { code, reason, message, details } = error
    return { code, reason, message, details }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 500, reason: 'InternalError', message, details: {} }
}

export function errorOf(content: Buffer): ApiError {
  const { code, reason, message, details } = JSON.parse(content.toString()) as Refusal
  return new ApiError(code, reason, message, details)
}

/** Throws ApiError for what no node of ours sends: another release's. */
export function parseRequest(content: Buffer): PodStreamRequest {
  const request = JSON.parse(content.toString()) as Partial<Omit<PodStreamRequest, 'verb'>> & Record<string, unknown>
  const { verb, pod, options, port } = request
  const isPod = isRecord(pod) && ['namespace', 'name', 'uid', 'nodeName'].every((key) => typeof pod[key] === 'string')
  const isWhole = verb === 'portForward' ? Number.isInteger(port) : isRecord(options)
  if (!isPod || !isWhole || !['logs', 'exec', 'attach', 'portForward', 'nodePage'].includes(verb as string)) {
    throw new ApiError(501, 'NotImplemented', `this node does not know how to ${String(verb)}: is it an older release?`)
  }
  return request as unknown as PodStreamRequest
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
