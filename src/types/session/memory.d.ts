/** `coatcheck/session/memory` as `import` answers it. */
import { MemoryStore } from '../index.cjs'
export { MemoryStore, MemoryStore as default }
