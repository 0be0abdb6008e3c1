/**
 * `coatcheck/session/memory`: the class at the path where apps of express-session require it.
 */
import { MemoryStore } from '../express/memory-store.js'

export { MemoryStore as default, MemoryStore, MemoryStore as 'module.exports' }
