/** Probes and lifecycle hooks: exactly one handler, and what it needs. */
import type * as core from '../generated/types/core-v1.ts'
import type { FieldErrors } from './field-error.ts'
import { headerName, portName, portNumber } from './format.ts'

interface Handlers {
  exec?: core.ExecAction
  httpGet?: core.HTTPGetAction
  tcpSocket?: core.TCPSocketAction
  grpc?: core.GRPCAction
  sleep?: core.SleepAction
}

export function validateProbe(probe: core.Probe, path: string, errors: FieldErrors): void {
  validateHandler(probe, path, errors)
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.nonNegative(`${path}.${name}`, probe[name])
  }
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0) {
    errors.invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')
  }
}

export function validateLifecycle(lifecycle: core.Lifecycle, path: string, errors: FieldErrors): void {
  if (lifecycle.postStart) validateHandler(lifecycle.postStart, `${path}.postStart`, errors)
  if (lifecycle.preStop) validateHandler(lifecycle.preStop, `${path}.preStop`, errors)
}

function validateHandler(handlers: Handlers, path: string, errors: FieldErrors): void {
  const given = (['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const).filter((name) => handlers[name])
  if (given.length === 0) errors.required(path, 'must specify a handler type')
  for (const extra of given.slice(1)) errors.forbidden(`${path}.${extra}`, 'may not specify more than 1 handler type')
  const { exec, httpGet, tcpSocket, grpc, sleep } = handlers
  if (exec && !exec.command?.length) errors.required(`${path}.exec.command`)
  if (httpGet) validateHttpGet(httpGet, `${path}.httpGet`, errors)
  if (tcpSocket) validatePort(tcpSocket.port, `${path}.tcpSocket.port`, errors)
  if (grpc) errors.invalidAll(`${path}.grpc.port`, grpc.port, portNumber(grpc.port))
  if (sleep && sleep.seconds < 0) errors.invalid(`${path}.sleep`, sleep.seconds, 'must be non-negative')
}

function validateHttpGet(action: core.HTTPGetAction, path: string, errors: FieldErrors): void {
  if (!action.path) errors.required(`${path}.path`)
  validatePort(action.port, `${path}.port`, errors)
  errors.oneOf(`${path}.scheme`, action.scheme, ['HTTP', 'HTTPS'])
  for (const header of action.httpHeaders ?? []) {
    errors.invalidAll(`${path}.httpHeaders`, header.name, headerName(header.name))
  }
}

export function validatePort(port: number | string, path: string, errors: FieldErrors): void {
  errors.invalidAll(path, port, typeof port === 'number' ? portNumber(port) : portName(port))
}
