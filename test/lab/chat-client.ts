/**
 * A client of the sample application, to be run in some host's network:
 *
 *   bun test/lab/chat-client.ts URL NAME
 *
 * says a numbered line each second and prints what happens, one JSON object a line: `{"at": ms, "event":
 * "open" | "close" | "line", "text"?}`. Connects again a second after a close. Ends with its standard input.
 */
const [url = '', name = ''] = process.argv.slice(2)
let said = 0
let socket: WebSocket

function tell(event: string, text?: string): void {
  console.log(JSON.stringify({ at: Date.now(), event, text }))
}

function connect(): void {
  socket = new WebSocket(url)
  let wasOpen = false
  socket.onopen = () => {
    wasOpen = true
    tell('open')
  }
  socket.onmessage = ({ data }) => tell('line', String(data))
  socket.onclose = () => {
    if (wasOpen) tell('close')
    setTimeout(connect, 1000)
  }
}

connect()
setInterval(() => {
  if (socket.readyState === WebSocket.OPEN) socket.send(`${name} says ${++said}`)
}, 1000)
for await (const _ of Bun.stdin.stream()) {
  // Only its end matters.
}
process.exit(0)
