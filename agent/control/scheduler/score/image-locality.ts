import { maxScore, type Score } from './score.ts'

const megabyte = 1024 * 1024
/** Below, an image is as good as not there; above, more makes no difference. A container each for the second. */
const minBytes = 23 * megabyte
const maxBytesEach = 1000 * megabyte

/** Nodes that have the images already, counted less the fewer nodes have them. Source: plugins/imagelocality. */
export const imageLocality: Score = {
  name: 'ImageLocality',
  weight: 1,
  scores({ pod }, nodes, snapshot) {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
    const images = containers.map(({ image }) => normalizedImage(image ?? ''))
    const spread = images.map(
      (image) => snapshot.nodes.filter((node) => node.images.has(image)).length / Math.max(1, snapshot.nodes.length),
    )
    if (spread.every((share) => share === 0)) return undefined
    const most = maxBytesEach * containers.length
    return nodes.map((node) => {
      const bytes = images.reduce((sum, image, i) => sum + (node.images.get(image) ?? 0) * spread[i]!, 0)
      const bounded = Math.min(Math.max(bytes, minBytes), most)
      return Math.floor((maxScore * (bounded - minBytes)) / (most - minBytes))
    })
  },
}

/** An image without a tag is the latest one. */
function normalizedImage(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') && !image.includes('@') ? `${image}:latest` : image
}
