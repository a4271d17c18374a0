// CommonJS, since hyperdht does `const UDX = require('udx-native')`: the class itself is what it must get. Bun 1.4.5
// honours an ES export named 'module.exports' when run from source, and not when bundled.
import interfaces = require('./network-interfaces.ts')
import socket = require('./socket.ts')
import stream = require('./stream.ts')
import udx = require('./udx.ts')

export = Object.assign(udx.UDX, {
  UDXSocket: socket.UDXSocket,
  UDXStream: stream.UDXStream,
  NetworkInterfaces: interfaces.NetworkInterfaces,
})
