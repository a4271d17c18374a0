import type { RequestInfo } from './request-info.ts'

/** Upstream's buckets of apiserver_request_duration_seconds, thinned. */
const bucketsSeconds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 10, 30, 60]
/** Label sets beyond this many are counted under `other`. */
const maxSeries = 2000
/** A client may name what it likes. */
const maxKeyLength = 256

interface Histogram {
  counts: number[]
  sum: number
  count: number
}

/** A figure read when metrics are asked for. */
export interface Gauge {
  name: string
  help: string
  read(): number
}

/** One of several figures that are read together; those of one name stand next to each other. */
export interface Figure {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'summary'
  /** Of a summary: which line of it; absent for its quantiles. */
  suffix?: '_sum' | '_count'
  labels?: Record<string, string>
  value: number
}

/** Counts of the API server in Prometheus' text format, under upstream's names. */
export class Metrics {
  #requests = new Map<string, number>()
  #labels = new Map<string, string>()
  #durations = new Map<string, Histogram>()
  #gauges: Gauge[] = []
  #sources: (() => readonly Figure[])[] = []

  addGauge(gauge: Gauge): void {
    this.#gauges.push(gauge)
  }

  /** Figures of another part of the node, which may come and go. */
  addSource(read: () => readonly Figure[]): void {
    this.#sources.push(read)
  }

  observe(info: RequestInfo, code: number, seconds: number): void {
    const labels = this.#labelsOf(info)
    const requests = `${labels},code="${code}"`
    const key = this.#requests.has(requests) || this.#requests.size < maxSeries ? requests : 'verb="other",code="0"'
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1)
    if (info.verb === 'watch') return
    let histogram = this.#durations.get(labels)
    if (!histogram) {
      if (this.#durations.size >= maxSeries) return
      histogram = { counts: bucketsSeconds.map(() => 0), sum: 0, count: 0 }
      this.#durations.set(labels, histogram)
    }
    histogram.sum += seconds
    histogram.count++
    const bucket = bucketsSeconds.findIndex((bound) => seconds <= bound)
    if (bucket >= 0) histogram.counts[bucket]!++
  }

  /** Written once for each of the few there are: a request costs a look-up. */
  #labelsOf(info: RequestInfo): string {
    const { verb, group, version, resource, subresource, namespace, name, isResource } = info
    const scope = name !== '' ? 2 : namespace !== '' ? 1 : 0
    const key = isResource ? `${verb}/${group}/${version}/${resource}/${subresource}/${scope}` : verb
    let labels = this.#labels.get(key)
    if (labels === undefined) {
      labels = labelText(info)
      if (this.#labels.size < maxSeries && key.length < maxKeyLength) this.#labels.set(key, labels)
    }
    return labels
  }

  text(): string {
    const lines = [
      '# HELP apiserver_request_total Counter of apiserver requests broken out for each verb, resource and HTTP response code.',
      '# TYPE apiserver_request_total counter',
    ]
    for (const [labels, count] of this.#requests) lines.push(`apiserver_request_total{${labels}} ${count}`)
    lines.push(
      '# HELP apiserver_request_duration_seconds Response latency distribution in seconds for each verb and resource.',
      '# TYPE apiserver_request_duration_seconds histogram',
    )
    for (const [labels, histogram] of this.#durations) lines.push(...histogramLines(labels, histogram))
    for (const { name, help, read } of this.#gauges) {
      const [bare] = name.split('{')
      if (!lines.includes(`# TYPE ${bare} gauge`)) lines.push(`# HELP ${bare} ${help}`, `# TYPE ${bare} gauge`)
      lines.push(`${name} ${read()}`)
    }
    for (const read of this.#sources) lines.push(...figureLines(read()))
    return `${lines.join('\n')}\n`
  }
}

function figureLines(figures: readonly Figure[]): string[] {
  const lines: string[] = []
  let previous = ''
  for (const { name, help, type, suffix = '', labels, value } of figures) {
    if (name !== previous) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    previous = name
    const pairs = Object.entries(labels ?? {}).map(([label, text]) => `${label}="${text.replace(/[\\"\n]/g, '_')}"`)
    lines.push(`${name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join()}}`} ${value}`)
  }
  return lines
}

function histogramLines(labels: string, { counts, sum, count }: Histogram): string[] {
  const name = 'apiserver_request_duration_seconds'
  let running = 0
  const lines = bucketsSeconds.map((bound, index) => {
    running += counts[index]!
    return `${name}_bucket{${labels},le="${bound}"} ${running}`
  })
  lines.push(
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  )
  return lines
}

function labelText({ verb, group, version, resource, subresource, namespace, name, isResource }: RequestInfo): string {
  const quote = (text: string) => text.replace(/[\\"\n]/g, '_').slice(0, 64)
  if (!isResource) return `verb="${quote(verb.toUpperCase())}",group="",version="",resource="",subresource="",scope=""`
  const scope = name !== '' ? 'resource' : namespace !== '' ? 'namespace' : 'cluster'
  return `verb="${quote(verb.toUpperCase())}",group="${quote(group)}",version="${quote(version)}",resource="${quote(resource)}",subresource="${quote(subresource)}",scope="${scope}"`
}
