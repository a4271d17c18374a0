import { NetworkInterfaces } from './network-interfaces.ts'
import { UDXSocket } from './socket.ts'
import { UDXStream } from './stream.ts'
import { UDX } from './udx.ts'

const exported = Object.assign(UDX, { UDXSocket, UDXStream, NetworkInterfaces })

// hyperdht does `const UDX = require('udx-native')`: the class itself is what it must get.
export { exported as 'module.exports' }
