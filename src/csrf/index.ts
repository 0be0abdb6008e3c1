/**
 * `coatcheck/csrf`: refuses what a page of somebody else made a visitor's browser send.
 */

export { csrf, type CsrfGuard } from './guard.js'
export { CsrfError } from './refusal.js'
export type { AllowedReason, CsrfDecision, RefusedReason } from './decision.js'
export type { CsrfOptions, CsrfTokenOptions, MountedSessions } from './options.js'
export type { CsrfRequest } from './request-signs.js'
