import { expect, test } from 'bun:test'
import { standInFrontends } from './stand-ins.ts'

const other = (number: number, isReady = true, isReachedByKernel = true) => ({
  ...{ address: `10.44.0.${number}`, isReady, isReachedByKernel },
})
const addressesOf = (others: ReturnType<typeof other>[]) =>
  standInFrontends('10.43.0.10', 53, others).map(({ protocol, endpoints }) => [
    protocol,
    ...endpoints.map(({ address, port }) => `${address}:${port}`),
  ])

test('ready nodes that the kernel reaches by itself, three at most', () => {
  const others = [other(5), other(2, false), other(3, true, false), other(9), other(7), other(8)]
  const three = ['10.44.0.5:53', '10.44.0.7:53', '10.44.0.8:53']
  expect(addressesOf(others)).toEqual([
    ['udp', ...three],
    ['tcp', ...three],
  ])
})

test('without any: frontends all the same, which leave questions unanswered', () => {
  expect(addressesOf([])).toEqual([['udp'], ['tcp']])
  expect(standInFrontends('10.43.0.10', 53, []).every(({ unlessListening }) => unlessListening)).toBe(true)
})
