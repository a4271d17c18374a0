import { ApiError, type Client, isReason, type KubernetesObject, type ResourceClient } from '../../api/client/client.ts'

const pauseMs = 25
/** A busy machine can do without a leader for long. */
const patienceMs = 300_000

/**
 * A client as users and workers are: while there is no quorum, or nothing is known of a write, it tries again. A write
 * that took effect although nothing was known of it comes back as NotFound or Conflict; a creation as what was created.
 */
export function patient(client: Client): Client {
  return {
    resource: (ref, namespace) => patientResource(client.resource(ref, namespace)),
    as: (user) => patient(client.as(user)),
    fenced: (term) => patient(client.fenced(term)),
  }
}

function patientResource<T extends KubernetesObject>(resource: ResourceClient<T>): ResourceClient<T> {
  return new Proxy(resource, {
    get(_, key) {
      const value = Reflect.get(resource, key, resource)
      if (typeof value !== 'function') return value
      if (key === 'watch') return value.bind(resource)
      const name = (args: unknown[]) => (args[0] as T).metadata?.name ?? ''
      const present = key === 'create' ? (args: unknown[]) => resource.get(name(args)) : undefined
      return (...args: unknown[]) => persist(() => value.apply(resource, args), present && (() => present(args)))
    },
  })
}

/** `present` answers for a creation that was done already when it was tried again. */
async function persist<R>(call: () => Promise<R>, present?: () => Promise<R>): Promise<R> {
  const deadlineMs = performance.now() + patienceMs
  for (let isDoubtful = false; ; isDoubtful = true) {
    try {
      return await call()
    } catch (error) {
      if (isDoubtful && present && isReason(error, 'AlreadyExists')) return persist(present)
      if (!(error instanceof ApiError) || error.code < 500 || performance.now() > deadlineMs) throw error
    }
    await Bun.sleep(pauseMs)
  }
}
