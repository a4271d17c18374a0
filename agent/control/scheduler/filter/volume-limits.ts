import { classOf } from '../../controller/volume/match.ts'
import { nameOf, namespaceOf } from '../../object/meta.ts'
import { claimNamesOf } from '../../object/pod-claims.ts'
import type { PodInfo } from '../node-info.ts'
import type { StorageView } from '../snapshot.ts'
import { type Filter, resolvable } from './filter.ts'

/** Volumes that a driver has to attach to a pod's node, by a name that is the same for all pods that share one: its driver. */
function attachedFor({ pod }: PodInfo, storage: StorageView): Map<string, string> {
  const drivers = new Map<string, string>()
  for (const name of claimNamesOf(pod)) {
    const claim = storage.claim(namespaceOf(pod), name)
    if (!claim) continue
    const volume = claim.spec?.volumeName ? storage.volume(claim.spec.volumeName) : undefined
    const { csi } = volume?.spec ?? {}
    if (csi) drivers.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver)
    if (volume) continue
    // Not bound yet: whoever provisions for its class will attach it.
    const driver = storage.storageClass(classOf(claim))?.provisioner
    if (driver) drivers.set(`${driver}/${namespaceOf(claim)}/${nameOf(claim)}`, driver)
  }
  return drivers
}

/**
 * Drivers say how many volumes they attach to one node.
 * Source: k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits/csi.go.
 */
export const nodeVolumeLimits: Filter = {
  name: 'NodeVolumeLimits',
  prepare(info, { storage }) {
    const wanted = attachedFor(info, storage)
    if (wanted.size === 0) return undefined
    const rejection = resolvable('node(s) exceed max volume count')
    return ({ name, pods }) => {
      const drivers = storage.csiNode(name)?.spec.drivers ?? []
      const limits = new Map(drivers.map((driver) => [driver.name, driver.allocatable?.count]))
      if (![...wanted.values()].some((driver) => limits.get(driver) !== undefined)) return undefined
      const all = new Map([...pods.values()].flatMap((other) => [...attachedFor(other, storage)]))
      const added = new Set([...wanted].filter(([volume]) => !all.has(volume)).map(([, driver]) => driver))
      for (const [volume, driver] of wanted) all.set(volume, driver)
      const isOver = [...added].some((driver) => {
        const count = [...all.values()].filter((other) => other === driver).length
        return count > (limits.get(driver) ?? Number.POSITIVE_INFINITY)
      })
      return isOver ? rejection : undefined
    }
  },
}
