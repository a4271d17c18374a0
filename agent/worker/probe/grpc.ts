import { connect } from 'node:http2'
import type { Outcome } from './handler.ts'

/** grpc.health.v1.HealthCheckResponse.ServingStatus */
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']
const maxAnswerBytes = 4096

/**
 * Calls grpc.health.v1.Health/Check. The two messages have one field each, so they are written and read here by hand:
 * HealthCheckRequest { string service = 1 }, HealthCheckResponse { ServingStatus status = 1 }.
 */
export function checkGrpcHealth(host: string, port: number, service: string, timeoutMs: number): Promise<Outcome> {
  const name = Buffer.from(service)
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name])
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(message.length, 1)
  return new Promise((resolve) => {
    const session = connect(`http://${host}:${port}`)
    const chunks: Buffer[] = []
    let size = 0
    let grpcStatus: string | undefined
    const finish = (outcome: Outcome) => {
      clearTimeout(timer)
      session.destroy()
      resolve(outcome)
    }
    const fail = (reason: string) => finish({ succeeded: false, message: `service unhealthy: ${reason}` })
    const timer = setTimeout(() => fail(`timeout: failed to connect service "${host}:${port}"`), timeoutMs)
    session.on('error', (error) => fail(error.message))
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const readStatus = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined) grpcStatus = String(headers['grpc-status'])
    }
    stream.on('response', readStatus)
    stream.on('trailers', readStatus)
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxAnswerBytes) chunks.push(chunk)
    })
    stream.on('error', (error) => fail(error.message))
    stream.on('end', () => {
      if (grpcStatus !== undefined && grpcStatus !== '0') {
        fail(
          grpcStatus === '12' ? 'this server does not implement the grpc health protocol' : `grpc status ${grpcStatus}`,
        )
        return
      }
      const body = Buffer.concat(chunks)
      const status = body[5] === 0x08 ? (body[6] ?? 0) : 0
      if (status === 1) finish({ succeeded: true, message: 'service healthy' })
      else fail(`responded with "${statusNames[status] ?? status}"`)
    })
    stream.end(Buffer.concat([frame, message]))
  })
}
