/** One line of `skein check`. */
export interface Finding {
  /** What was looked at, e.g. `cgroups`. */
  item: string
  /** `ok`: there; `lack`: works without, at the cost told; `fail`: skein cannot do its work here. */
  state: 'ok' | 'lack' | 'fail'
  /** What was found. */
  found: string
  /** What it costs that it is so; empty when nothing. */
  cost: string
}

export const ok = (item: string, found: string): Finding => ({ item, state: 'ok', found, cost: '' })
export const lack = (item: string, found: string, cost: string): Finding => ({ item, state: 'lack', found, cost })
export const fail = (item: string, found: string, cost: string): Finding => ({ item, state: 'fail', found, cost })
