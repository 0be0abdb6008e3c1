/**
 * `coatcheck/session/store`: the class at the path where apps of express-session require it.
 */
import { Store } from '../express/store.js'

export { Store as default, Store, Store as 'module.exports' }
