/**
 * What a customer has typed when the session ends: put aside in this tab, and back in its fields when the same customer comes back to the
 * same page. Passwords and cards are nobody's to keep.
 */

const key = `typed:${location.pathname}`

export function isAnythingTyped() {
  return fields().some(isChanged)
}

export function putAside(customer) {
  const typed = Object.fromEntries(
    fields()
      .filter(isChanged)
      .map((field) => [field.id, isTicked(field) ? field.checked : field.value]),
  )
  try {
    if (Object.keys(typed).length > 0) sessionStorage.setItem(key, JSON.stringify({ customer, typed }))
  } catch {
    // A browser that keeps nothing keeps nothing.
  }
}

export function bringBack(customer) {
  const kept = takeKept()
  if (kept?.customer !== customer) return
  const back = fields().filter(({ id }) => Object.hasOwn(kept.typed, id))
  for (const field of back) field[isTicked(field) ? 'checked' : 'value'] = kept.typed[field.id]
  document.getElementById('typed-again').hidden = back.length === 0
}

function takeKept() {
  try {
    const text = sessionStorage.getItem(key)
    sessionStorage.removeItem(key)
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function fields() {
  const all = document.querySelectorAll('main :is(input, select, textarea)')
  return [...all].filter(
    ({ id, type, autocomplete }) =>
      id !== '' && type !== 'hidden' && type !== 'password' && !autocomplete.startsWith('cc-'),
  )
}

function isTicked({ type }) {
  return type === 'checkbox' || type === 'radio'
}

function isChanged(field) {
  if (isTicked(field)) return field.checked !== field.defaultChecked
  if (field.options !== undefined) return [...field.options].some((one) => one.selected !== one.defaultSelected)
  return field.value !== field.defaultValue
}
