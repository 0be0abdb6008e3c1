/**
 * What is fuzzed. Each target opens what it attacks, says what a case may be (a fast-check arbitrary) and what must hold for it.
 */
import { clock } from './targets/clock.mjs'
import { cookieHeader } from './targets/cookie-header.mjs'
import { data } from './targets/data.mjs'
import { http2 } from './targets/http2.mjs'
import { response } from './targets/response.mjs'
import { storeAnswers } from './targets/store-answers.mjs'

export const targets = [cookieHeader, response, http2, storeAnswers, data, clock]
