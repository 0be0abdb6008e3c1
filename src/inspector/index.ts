/**
 * `coatcheck/inspector`: a page on which the people who run an app look at its sessions, and end them.
 *
 *     app.use('/_sessions', inspector(sessions, { authorize: (req) => isAdmin(req) }))
 */

export { inspector, type InspectedSessions, type Inspector } from './inspector.js'
export type { InspectorOptions, RedactOption } from './options.js'
