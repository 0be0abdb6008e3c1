/**
 * `coatcheck/testing`: what a store's author and an app's tests need. It asks for no test runner.
 */

export { fakeClock, type FakeClock } from './fake-clock.js'
export {
  storeConformance,
  type ConformanceCheck,
  type ConformanceOptions,
  type OpenedStores,
} from './store-conformance.js'
export { sessionCookie, type SignsIn, type TestSession } from './session-cookie.js'
