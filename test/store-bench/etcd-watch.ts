import { type ClientHttp2Session, constants } from 'node:http2'
import { countFields, field, framed, unframe } from './grpc.ts'

const eventsField = 11

/** Events a second that so many watches of every key get from one member: on one stream, as etcd's own client has them. */
export async function watchEverything(session: ClientHttp2Session, watches: number, seconds: number): Promise<number> {
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: '/etcdserverpb.Watch/Watch',
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  let events = 0
  stream.on('error', () => {})
  stream.on(
    'data',
    unframe((message) => (events += countFields(message, eventsField))),
  )
  const every = Buffer.concat([field(1, Buffer.from('registry/')), field(2, Buffer.from('registry0'))])
  for (let at = 0; at < watches; at++) stream.write(framed(field(1, every)))
  await Bun.sleep(seconds * 1000)
  stream.close(constants.NGHTTP2_CANCEL)
  return events / seconds
}
