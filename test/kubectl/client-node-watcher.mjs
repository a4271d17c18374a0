// client-node-watcher.mjs KUBECONFIG: an informer of @kubernetes/client-node on the ConfigMaps of `default` that goes on
// whatever happens; prints the names that it has in its cache, one line of JSON after each change. Runs on Node.
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'

const config = new KubeConfig()
config.loadFromFile(process.argv[2])
const core = config.makeApiClient(CoreV1Api)
const namespace = 'default'
const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
  core.listNamespacedConfigMap({ namespace }),
)
const tell = () =>
  console.log(
    JSON.stringify(
      informer
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ),
  )
for (const event of ['add', 'update', 'delete', 'connect']) informer.on(event, tell)
// What the library's own documentation advises: an informer stops at an error, and is started again.
const restartMs = 500
const start = () => informer.start().catch(() => setTimeout(start, restartMs))
informer.on('error', () => setTimeout(start, restartMs))
await start()
