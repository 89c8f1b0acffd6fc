// Follows the live connection of the messages page: shows the time of the last tick and what comes back.

const state = document.querySelector('#state');
const log = document.querySelector('#log');
const form = document.querySelector('#say');
const input = document.querySelector('#message');
const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/messages/live`);

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function show(text) {
  const item = document.createElement('li');
  item.textContent = text;
  log.append(item);
}

socket.addEventListener('open', () => {
  state.textContent = state.dataset.connected;
});
socket.addEventListener('close', () => {
  state.textContent = state.dataset.disconnected;
});
socket.addEventListener('message', ({ data }) => {
  const tick = parse(data);
  if (tick?.kind === 'tick') state.dataset.tick = tick.at;
  else show(data);
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (socket.readyState === WebSocket.OPEN) socket.send(input.value);
  input.value = '';
});
