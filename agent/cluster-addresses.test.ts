import { expect, test } from 'bun:test'
import { clusterAddresses } from './cluster-addresses.ts'

const ranges = { clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16', nodeCidr: '10.44.0.0/16' }

test('the first and a later node', () => {
  expect(clusterAddresses(ranges, 0)).toEqual({
    apiService: '10.43.0.1',
    dns: '10.43.0.10',
    node: '10.44.0.1',
    podCidr: '10.42.0.0/24',
  })
  expect(clusterAddresses(ranges, 255)).toMatchObject({ node: '10.44.1.0', podCidr: '10.42.255.0/24' })
})

test('a range that is used up is an error, not an address of somebody else', () => {
  expect(() => clusterAddresses(ranges, 256)).toThrow('10.42.0.0/16 has no room')
})
