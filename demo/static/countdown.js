/**
 * Tells a customer in time that the session is about to end, and lets them stay. A page works without it: it only says sooner what the
 * next click would say.
 *
 * How long is left is the server's to say. This page's own clock decides when to ask.
 */
/* oxlint-disable unicorn/require-post-message-target-origin -- a BroadcastChannel is of one origin */
import { bringBack, isAnythingTyped, putAside } from './typed.js'

const second = 1000
/** Browsers take no longer ones. */
const longestTimer = 3600 * second
/** Said aloud with so many seconds left, and not each second: nobody can listen to that. */
const saidAt = [60, 30, 10]
/** Between two questions to a server that does not answer. */
const patience = 5 * second

watch(document.querySelector('.stay'))

function watch(bar) {
  const news = document.getElementById('stay-news')
  const clock = bar.querySelector('[data-part=clock]')
  const { title } = document
  const customer = bar.dataset.customer
  const warning = Number(bar.dataset.warning)
  // Other pages of the shop in this browser: a click there is a click.
  const others = new BroadcastChannel('stay')

  /** `quiet`, `soon` or `over`. */
  let state = 'quiet'
  let end = Date.now() + Number(bar.dataset.left)
  let unsaid = []
  let cameFrom = null
  let timer

  bringBack(customer)
  plan(end - Date.now() - warning)
  others.postMessage('click')
  others.addEventListener('message', () => state !== 'quiet' && void ask())
  bar.querySelector('form').addEventListener('submit', stay)
  bar.addEventListener('focusin', ({ relatedTarget }) => {
    if (!bar.contains(relatedTarget)) cameFrom = relatedTarget
  })
  // A page that comes back, from the browser's memory or to the front, has slept meanwhile.
  addEventListener('pageshow', ({ persisted }) => persisted && void ask())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look()
  })
  addEventListener('pagehide', () => state === 'over' && putAside(customer))

  function plan(wait) {
    clearTimeout(timer)
    timer = setTimeout(look, Math.max(0, Math.min(wait, longestTimer)))
  }

  /** What is there to do at this moment? */
  function look() {
    const left = end - Date.now()
    if (state === 'quiet' && left > warning) plan(left - warning)
    else if (state === 'quiet' || left <= 0) void ask()
    else tick(left)
  }

  async function ask() {
    await learn(() => fetch('/account/time-left'))
  }

  async function stay(event) {
    event.preventDefault()
    const wasLeft = end - Date.now()
    await learn(() => fetch('/account/stay', { method: 'POST', headers: { Accept: 'application/json' } }))
    if (end - Date.now() > wasLeft) say(news.dataset.stayed)
  }

  /** Goes by what the server says. Where it says nothing, the page says so and asks again. */
  async function learn(request) {
    clearTimeout(timer)
    try {
      const response = await request()
      if (!response.ok) throw new Error(`the shop answered ${response.status}`)
      const { left, final } = await response.json()
      show('failed', false)
      show('final', final)
      show('idle', !final)
      end = Date.now() + left
      become(left <= 0 ? 'over' : left <= warning ? 'soon' : 'quiet')
    } catch {
      if (state === 'over') return
      const left = end - Date.now()
      become(left <= warning ? 'soon' : 'quiet')
      show('failed', true)
      if (left <= 0) plan(patience)
    }
  }

  function become(next) {
    const left = end - Date.now()
    const hadFocus = bar.contains(document.activeElement)
    const isNew = next !== state
    state = next
    bar.hidden = state === 'quiet'
    show('soon', state === 'soon')
    show('over', state === 'over')
    if (isNew) {
      document.title = state === 'quiet' ? title : `${news.dataset[`${state}Title`]} · ${title}`
      if (state === 'soon') unsaid = [Math.ceil(left / second), ...saidAt.filter((seconds) => seconds * second < left)]
      if (state === 'over') {
        show('typed', isAnythingTyped())
        say(bar.querySelector('[data-part=over] p').innerText)
      }
      if (state !== 'soon') bar.style.removeProperty('--left')
      if (state === 'quiet' && hadFocus) cameFrom?.focus()
    }
    if (state === 'quiet') plan(left - warning)
    if (state === 'soon') tick(left)
  }

  function tick(left) {
    const seconds = Math.max(0, Math.ceil(left / second))
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    bar.style.setProperty('--left', String(Math.min(1, Math.max(0, left / warning))))
    if (unsaid.some((moment) => seconds <= moment)) {
      unsaid = unsaid.filter((moment) => seconds > moment)
      say(news.dataset.soon.replace('{in}', inWords(seconds)))
    }
    plan(left - (seconds - 1) * second)
  }

  function show(part, isShown) {
    for (const element of bar.querySelectorAll(`[data-part=${part}]`)) element.hidden = !isShown
  }

  function say(text) {
    news.textContent = text
  }
}

/** `in 2 minutes`, in the language of the page. */
function inWords(seconds) {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang)
  return seconds % 60 === 0 ? format.format(seconds / 60, 'minute') : format.format(seconds, 'second')
}
