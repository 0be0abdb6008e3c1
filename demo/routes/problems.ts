/**
 * What could not be answered, answered in style.
 */
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { pageFor, sendPage } from '../http/page.js'
import { Problem } from '../http/problem.js'
import { problemPage, type ProblemKind } from '../views/problem.js'

export const notFound: RequestHandler = () => {
  throw new Problem(404)
}

/** The last middleware. The visitor is told what to do; what went wrong is for the log. */
export const sendProblem: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const status = statusOf(error)
  if (status >= 500) console.error(error)
  if (res.headersSent) {
    // An error of the store after the answer is no longer the visitor's; a page that broke off must not look whole.
    if (!res.writableEnded) next(error)
    return
  }
  const page = pageFor(req, res, req.method === 'GET' ? req.originalUrl : '/')
  const kind = kindOf(status)
  res.status(status)
  sendPage(res, page, { title: page.texts.problem[kind], body: problemPage(page, kind) })
}

/** Express and its parsers say with `status` that a request was not as it should be. */
function statusOf(error: unknown): number {
  if (error instanceof Problem) return error.status
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

function kindOf(status: number): ProblemKind {
  if (status === 404) return 'notFound'
  if (status === 403) return 'refused'
  return status < 500 ? 'bad' : 'failed'
}
