// CommonJS, since that is what Holepunch's binding.js files call and expect.
import addon = require('../addon.ts')

/** `require.addon('.', __filename)` of an addon's binding.js. */
export = (_specifier: string, bindingFile: string) => addon.loadAddon(bindingFile)
