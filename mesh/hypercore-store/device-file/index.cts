// CommonJS, since hypercore-storage does `const DeviceFile = require('device-file')` (see ../index.cts).
import deviceFile = require('./device-file.ts')

export = deviceFile.DeviceFile
