/**
 * The chat's one page.
 */
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** `user` is whoever is signed in, if somebody is. */
export function page(user) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Chat</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui; }
  body { max-width: 38rem; margin: 2rem auto; padding: 0 1rem; }
  ol { list-style: none; padding: 1rem; min-height: 12rem; border: 1px solid; border-radius: .5rem; }
  form { display: inline-flex; gap: .5rem; margin: .25rem 0; } input, button { font: inherit; padding: .25rem .75rem; }
</style>
${user === undefined ? signIn : chat(user)}
</html>`
}

const signIn = `<h1>Chat</h1>
<form method="post" action="/in"><label>Your name <input name="name" required autofocus></label> <button>Come in</button></form>`

function chat(user) {
  return `<h1>Chat, as ${escaped(user)}</h1>
<ol aria-live="polite"></ol>
<form id="say"><input aria-label="Message" autofocus autocomplete="off"> <button>Say</button></form>
<p><form method="post" action="/out"><button>Sign out here</button></form>
<form method="post" action="/out-everywhere"><button>Sign out everywhere</button></form></p>
<script>
  const list = document.querySelector('ol')
  const socket = new WebSocket(location.origin.replace(/^http/, 'ws'))
  const show = (text) => { const line = document.createElement('li'); line.textContent = text; list.append(line) }
  socket.onmessage = ({ data }) => { const { from, text } = JSON.parse(data); show(from + ': ' + text) }
  socket.onclose = ({ code }) => show(code === 4001 ? 'You have been signed out.' : 'The connection is lost; reload the page.')
  document.querySelector('#say').onsubmit = (event) => {
    event.preventDefault()
    const field = event.target.querySelector('input')
    if (field.value !== '') socket.send(field.value)
    field.value = ''
  }
</script>`
}
