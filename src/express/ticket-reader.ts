/**
 * From a request's cookies to tickets whose signatures hold.
 */
import { cookieValues } from '../core/cookie-header.js'
import type { TicketSigner } from '../core/secrets.js'
import type { Layer } from './layer.js'
import type { SessionRequest } from './session-host.js'

/** A ticket and the cookie text it was read from. */
export interface PresentedTicket {
  readonly id: string
  readonly secretIndex: number
  readonly value: string
}

const none: readonly PresentedTicket[] = []

/** Every different valid ticket the request presents, in the order of its cookies. */
export function presentedTickets(req: SessionRequest, layer: Layer, signer: TicketSigner): readonly PresentedTicket[] {
  const header = req.headers.cookie
  const tickets = header === undefined ? none : verified(cookieValues(header, layer.cookieName), req, layer, signer)
  return tickets.length > 0 ? tickets : leftByCookieParser(req, layer, signer)
}

function verified(
  values: readonly string[],
  req: SessionRequest,
  layer: Layer,
  signer: TicketSigner,
): readonly PresentedTicket[] {
  if (values.length === 0) return none
  const tickets: PresentedTicket[] = []
  for (const value of values) {
    const ticket = signer.verify(value)
    if (ticket === undefined) {
      if (layer.events.wants('rejected')) layer.events.emit('rejected', { reason: 'signature', req })
    } else if (!layer.isIdShaped(ticket.id)) {
      if (layer.events.wants('rejected')) layer.events.emit('rejected', { reason: 'shape', req })
    } else if (tickets.every((other) => other.id !== ticket.id)) {
      tickets.push({ id: ticket.id, secretIndex: ticket.secretIndex, value })
    }
  }
  return tickets
}

/** Apps that mount cookie-parser in front have the cookie read already: verified in `signedCookies`, as it came in `cookies`. */
function leftByCookieParser(req: SessionRequest, layer: Layer, signer: TicketSigner): readonly PresentedTicket[] {
  if (layer.modern) return none
  const id = req.signedCookies?.[layer.cookieName]
  if (typeof id === 'string' && id !== '') return [{ id, secretIndex: 0, value: '' }]
  const value = req.cookies?.[layer.cookieName]
  return typeof value === 'string' ? verified([value], req, layer, signer) : none
}
