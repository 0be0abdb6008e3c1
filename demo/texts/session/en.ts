/**
 * The page "What the server knows" in English.
 */
import type { TraceStepName } from 'coatcheck'
import type { Outcomes } from './outcomes.js'

const steps: Readonly<Record<TraceStepName, { readonly name: string; readonly about: string }>> = {
  request: { name: 'Request', about: 'Your browser asks for something.' },
  cookie: { name: 'Cookie check', about: 'Is there a ticket, and did this server sign it?' },
  load: { name: 'Load or create', about: 'A good ticket leads to a record in the store.' },
  attach: { name: 'req.session attached', about: 'The values become an object that the shop can use.' },
  handle: { name: 'The shop at work', about: 'Its code reads and writes req.session, and writes the page.' },
  prepare: { name: 'Changed or not', about: 'The values are compared with those that were loaded.' },
  commit: { name: 'Save, touch or skip', about: 'The answer waits until what has to be stored is stored.' },
  'set-cookie': { name: 'Cookie', about: 'It is sent when the browser has none yet, or needs a newer one.' },
  send: { name: 'Response', about: 'Headers and page go out in one piece.' },
  return: { name: 'Next time', about: 'Your browser brings the ticket along with its next request.' },
}

const outcomes: Outcomes = {
  cookie: {
    valid: { word: 'valid', about: 'A ticket came along, and its signature is ours.' },
    none: { word: 'none', about: 'No ticket came along: a stranger, or a first visit.' },
    rejected: {
      word: 'rejected',
      about: 'A ticket came along that this server never signed. It was left aside; the store was not even asked.',
    },
  },
  load: {
    loaded: { word: 'loaded', about: 'The store had the record.' },
    created: {
      word: 'created',
      about: 'There was nothing to load, so an empty session was made. So far it is only in memory.',
    },
  },
  attach: {
    known: { word: 'yours', about: 'req.session holds what you left here last time.' },
    new: { word: 'new', about: 'req.session is empty.' },
    'stand-in': {
      word: 'stand-in',
      about: 'The ticket had been exchanged a moment before. This late request got an empty session that is not kept.',
    },
  },
  prepare: {
    changed: { word: 'changed', about: 'There is something to store.' },
    unchanged: { word: 'unchanged', about: 'Every value is as it was.' },
    ended: { word: 'ended', about: 'The session was ended, so there is nothing to compare.' },
    failed: { word: 'failed', about: 'The values could not be written down.' },
  },
  commit: {
    created: { word: 'saved, new', about: 'A first record was stored under a new ID.' },
    saved: { word: 'saved', about: 'The record was replaced by the new values.' },
    renewed: {
      word: 'renewed',
      about: 'The ticket was a quarter of an hour old, so the session got a new ID. Nothing else about it is new.',
    },
    moved: {
      word: 'saved elsewhere',
      about: 'Another request had just given the session a new ID. What this one changed was stored there.',
    },
    touched: { word: 'touched', about: 'Only the deadline was moved; the values were not written.' },
    skipped: { word: 'skipped', about: 'Nothing had to be written, so nothing was.' },
    'stored before': {
      word: 'stored before',
      about: 'The shop had the change stored at once, in one step that no other request can get in between.',
    },
    gone: { word: 'gone', about: 'The session was ended elsewhere meanwhile, and stays ended.' },
    destroyed: { word: 'destroyed', about: 'The record was deleted.' },
    failed: { word: 'failed', about: 'The store did not do it.' },
  },
  'set-cookie': {
    sent: { word: 'sent', about: 'The browser was given its ticket.' },
    cleared: { word: 'taken back', about: 'The session is over, so the browser was told to throw its ticket away.' },
    'not due': { word: 'not due', about: 'The browser has the right one.' },
    barred: { word: 'held back', about: 'The cookie may travel over HTTPS only, and this was plain http.' },
    failed: { word: 'failed', about: 'The cookie could not be written.' },
  },
  send: { sent: { word: 'sent', about: 'Your browser has the answer.' } },
  return: {
    'with the new cookie': { word: 'new ticket', about: 'It comes back with the ticket it was just given.' },
    'with the same cookie': { word: 'same ticket', about: 'It comes back with the ticket it has.' },
    'without a cookie': { word: 'no ticket', about: 'It comes back as a stranger.' },
  },
}

export const enSession = {
  title: 'What the server knows',
  lead: 'You hand in your coat, you get a ticket. Your browser keeps the ticket: a random number with a signature, and nothing else. What you chose here hangs on a peg at the server.',
  browser: 'Your browser',
  server: 'The server',
  holdsTicket: 'holds a ticket',
  holdsNone: 'holds no ticket',
  keepsValues: (count: number) => (count === 1 ? 'keeps 1 value' : `keeps ${count} values`),
  keepsNothing: 'keeps nothing of you',
  survived: (session: string, server: string) =>
    `Your session began ${session}, but this server was started only ${server}: the session has outlived a restart.`,
  restartHint: 'Try it: end this server the hard way, start it again, and reload this page. Nothing will be missing.',
  strangerTitle: 'You are a stranger here',
  stranger:
    'Your browser brought no ticket that leads to a session. The server has stored nothing and set no cookie: visitors who only look leave no trace.',
  strangerTrace:
    'The way of your last request cannot be shown, because the server cannot tell it from that of any other stranger. That is what sessions are for.',
  noteLabel: 'Put a note on your peg',
  noteHint: 'Up to 80 characters. It is stored in your session, so that you can watch it happen.',
  noteButton: 'Hang it up',
  contents: 'On this page',
  sections: {
    trace: 'Your last request, in ten steps',
    values: 'req.session',
    info: 'sessions.info(req)',
    id: 'req.session.id',
    cookie: 'The cookie',
    record: 'The stored record',
    end: 'Ending it',
  },
  trace: {
    lead: 'Timed by the session layer while it happened. Times are in microseconds: millionths of a second.',
    choose: 'Your latest requests',
    inAll: 'In all',
    layer: 'Session layer',
    app: 'The shop',
    share: (percent: string) => `${percent} of the time`,
    took: 'took',
    at: 'done at',
    cut: 'The bar of step 5 is cut short: the shop’s own work takes far longer than the rest.',
    scale: 'The whole request to scale',
    before: 'Session layer, before',
    after: 'Session layer, after',
    steps,
    outcomes,
    asked: (method: string, path: string) => `${method} ${path}`,
    handled: {
      page: 'The shop answered with a page.',
      redirect: 'The shop answered: go on to another page.',
      refused: 'The shop answered that this could not be done.',
      failed: 'The shop failed, and the session layer still did its part.',
    },
    none: 'No request of this session has been recorded since the server was started. Reload the page.',
  },
  values: {
    lead: 'What the shop’s code finds at req.session during this very request. You can see all of it, because it is all yours.',
    none: 'Empty.',
    asJson: 'The same as JSON',
    keys: {
      language: 'the language you chose',
      theme: 'the theme you chose',
      cart: 'how many of what is in your cart',
      checkout: 'how far you have come at the checkout',
      lastOrder: 'the order you placed last',
      note: 'the note you hung up',
      flash: 'messages for the next page',
    },
  },
  info: {
    lead: 'What the session layer itself knows of the session, beside the shop’s values. No value of the shop can push it out or pretend to be it.',
    nobody: 'Nobody is signed in, so there is no user, and nothing of your device is kept.',
    user: 'User',
    userAbout: 'the account you are signed in to: the shop handed its ID to sessions.signIn',
    method: 'Method',
    methodAbout: 'how you proved it, in the shop’s own word',
    proved: 'Proved',
    provedAbout: 'what matters asks for the password again when this is older than ten minutes',
    device: 'Device',
    deviceAbout: 'what your browser calls itself, and the address your requests come from',
    deviceLink: 'All your devices',
    limit: 'Ends at the latest',
    limitAbout: 'whatever you do, until the password is typed again',
  },
  id: {
    lead: 'The secret on the ticket: 32 random bytes. Who knows it is you, as far as the server can tell, so it is not shown unless you ask. While you are here you get a new one every quarter of an hour, so a stolen one is worth little for long.',
    show: 'Show the ID',
    shown: 'This is the ID. Reload or leave the page to hide it.',
    unborn: 'An ID was made up for this request. Nothing is stored under it, and it is forgotten with the response.',
  },
  cookie: {
    lead: 'The ticket itself. The server sends it like this, and your browser brings back the name and the value.',
    attribute: 'Part',
    meaning: 'What it does',
    value:
      'The ID, a dot, and the signature: HMAC-SHA-256 with a secret that only the server has. A value that was tampered with is not accepted.',
    path: 'Sent along with every page of this site.',
    expires: 'How long the browser keeps it, so that your cart is still there after the browser was closed.',
    expiresSoon:
      'How long the browser keeps it: as long as the server keeps the session, because you did not ask to be remembered.',
    httpOnly: 'Scripts in the page cannot read it, so an injected one cannot steal it.',
    secure: 'Sent over HTTPS only, so nobody on the way can read it.',
    notSecure: 'Secure is missing: this page came over plain http. Over HTTPS it would be there.',
    sameSite: 'Not sent with forms that another site submits, so nobody can order in your name from elsewhere.',
    domain: 'Domain is missing: the cookie is for this very host and none of its neighbours.',
    none: 'No cookie was sent to you so far.',
  },
  record: {
    lead: 'What lies in the store for you, as it was before this request.',
    handle: 'Handle',
    handleAbout:
      'the public name of the session: the record is filed under a keyed hash of the ID, so who reads the store holds nobody’s ticket',
    created: 'Created',
    seen: 'Last seen',
    seenAbout: 'written sparingly: it may be up to ten seconds old',
    expires: 'Ends',
    expiresAbout: 'if no request comes until then',
    size: 'Size',
    bytes: (count: string) => `${count} bytes`,
    data: 'Data',
    none: 'There is no record. The store has not heard of you.',
    count: (count: string) => `Records in the store, of all visitors: ${count}`,
  },
  end: {
    lead: 'This deletes the record at once and takes the ticket back. It opens nothing any more, and never will again.',
    button: 'End this session',
    shorten:
      'Or see it end by itself: let it live for 90 seconds after your last click, and watch the foot of the page.',
    shortenButton: 'Make it short',
  },
}

export type SessionTexts = typeof enSession
