import { expect, test } from 'bun:test'
import { sliceProperties } from './systemd-slice.ts'

const limits = { cpuShares: 1024, cpuQuotaMicros: 25_500, cpuPeriodMicros: 100_000, memoryLimitBytes: 64 << 20 }
const infinity = '18446744073709551615'

test('a quota is a whole percentage, rounded up; each version has its own names', () => {
  expect(sliceProperties(limits, 2)).toEqual([
    ['CPUWeight', 't', '39'],
    ['MemoryMax', 't', '67108864'],
    ['CPUQuotaPerSecUSec', 't', '260000'],
  ])
  expect(sliceProperties({ cpuShares: 2, cpuPeriodMicros: 100_000 }, 1)).toEqual([
    ['CPUShares', 't', '2'],
    ['MemoryLimit', 't', infinity],
    ['CPUQuotaPerSecUSec', 't', infinity],
  ])
})
