import type { RequestInfo } from './request-info.ts'

/** Upstream's buckets of apiserver_request_duration_seconds, thinned. */
const bucketsSeconds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 10, 30, 60]
/** Label sets beyond this many are counted under `other`. */
const maxSeries = 2000
/** Status codes of a series; answers of pods and services come through the proxy. */
const maxCodes = 100
/** A client may name what it likes. */
const maxKeyLength = 256

/** Requests of one verb, resource and scope. */
interface Series {
  labels: string
  /** By status code. */
  codes: Map<number, number>
  /** Of those that are not watches: how long they took. */
  buckets: number[]
  sum: number
  count: number
}

const newSeries = (labels: string): Series => {
  return { labels, codes: new Map(), buckets: bucketsSeconds.map(() => 0), sum: 0, count: 0 }
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
  #series = new Map<string, Series>()
  #other = newSeries('verb="other"')
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
    const series = this.#seriesOf(info)
    const { codes } = series
    const counted = codes.has(code) || codes.size < maxCodes ? code : 0
    codes.set(counted, (codes.get(counted) ?? 0) + 1)
    if (info.verb === 'watch') return
    series.sum += seconds
    series.count++
    const bucket = bucketsSeconds.findIndex((bound) => seconds <= bound)
    if (bucket >= 0) series.buckets[bucket]!++
  }

  /** Labels are written once for each of the few there are: a request costs a look-up. */
  #seriesOf(info: RequestInfo): Series {
    const { verb, group, version, resource, subresource, namespace, name, isResource } = info
    const scope = name !== '' ? 2 : namespace !== '' ? 1 : 0
    const key = isResource ? `${verb}/${group}/${version}/${resource}/${subresource}/${scope}` : verb
    const known = this.#series.get(key)
    if (known) return known
    if (this.#series.size >= maxSeries || key.length >= maxKeyLength) return this.#other
    const made = newSeries(labelText(info))
    this.#series.set(key, made)
    return made
  }

  text(): string {
    const lines = [
      '# HELP apiserver_request_total Counter of apiserver requests broken out for each verb, resource and HTTP response code.',
      '# TYPE apiserver_request_total counter',
    ]
    const all = [...this.#series.values(), this.#other]
    for (const { labels, codes } of all) {
      for (const [code, count] of codes) lines.push(`apiserver_request_total{${labels},code="${code}"} ${count}`)
    }
    lines.push(
      '# HELP apiserver_request_duration_seconds Response latency distribution in seconds for each verb and resource.',
      '# TYPE apiserver_request_duration_seconds histogram',
    )
    for (const series of all) if (series.count > 0) lines.push(...histogramLines(series))
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

function histogramLines({ labels, buckets, sum, count }: Series): string[] {
  const name = 'apiserver_request_duration_seconds'
  let running = 0
  const lines = bucketsSeconds.map((bound, index) => {
    running += buckets[index]!
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
