// client-node-informer.mjs KUBECONFIG: an informer of @kubernetes/client-node on the ConfigMaps of `default`; prints a line
// for each thing it tells, and writes ConfigMaps by the same client. Runs on Node.
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'

const config = new KubeConfig()
config.loadFromFile(process.argv[2])
const core = config.makeApiClient(CoreV1Api)
const namespace = 'default'
const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
  core.listNamespacedConfigMap({ namespace }),
)
const seen = (name) => new Promise((resolve) => informer.once?.(name, resolve) ?? informer.on(name, resolve))
for (const event of ['add', 'update', 'delete']) {
  informer.on(event, ({ metadata, data }) => console.log(`${event} ${metadata.name} ${data.n}`))
}
informer.on('error', (error) => console.log(`error ${error}`))
const write = (name, n) => ({ metadata: { name }, data: { n } })
await core.createNamespacedConfigMap({ namespace, body: write('before', '1') })
await informer.start()
const added = seen('add')
await core.createNamespacedConfigMap({ namespace, body: write('after', '2') })
await added
const updated = seen('update')
await core.replaceNamespacedConfigMap({ namespace, name: 'after', body: write('after', '3') })
await updated
const deleted = seen('delete')
await core.deleteNamespacedConfigMap({ namespace, name: 'before' })
await deleted
console.log(`cached ${informer.list().map(({ metadata, data }) => `${metadata.name} ${data.n}`)}`)
await informer.stop()
process.exit()
