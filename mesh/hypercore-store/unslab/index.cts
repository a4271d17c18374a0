// CommonJS, since Hypercore does `const unslab = require('unslab')` (see ../index.cts). Nobody here uses its `all` and `is`.
import unslab = require('./unslab.ts')

export = unslab.unslab
