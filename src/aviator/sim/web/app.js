// The page of one bookmaker. In: views from the server's WebSocket, only texts that are put up as they are. Out: what the visitor does.
import { drawBoard, showBoard } from "./board.js";
import { startExtras, showExtras } from "./extras.js";
import { readLabels } from "./labels.js";
import { buildPanels, coverPanel, setDeafKey, showPanel } from "./panels.js";
import { showHistory, showRows } from "./strip.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const shown = {}; // the server's last word on everything
const state = { posed: false, frozen: false };
let socket;

const put = (id, text) => {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
};

const send = (message) => {
  if (!state.frozen && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};

function show(changed) {
  Object.assign(shown, changed);
  for (const id of ["balance", "players", "total_win", "message"]) if (id in changed) put(id, changed[id]);
  if ("phase" in changed) document.body.dataset.phase = changed.phase;
  if ("band" in changed) document.body.dataset.band = changed.band;
  if ("history" in changed) showHistory(changed.history, facts, state.posed);
  if ("rows" in changed) showRows(changed.rows);
  if ("panel_1" in changed) showPanel(1, changed.panel_1);
  if ("panel_2" in changed) showPanel(2, changed.panel_2);
  if ("deaf_key" in changed) setDeafKey(changed.deaf_key);
  if ("panel_popup" in changed) coverPanel(changed.panel_popup, facts.texts, send);
  showBoard(changed, shown, facts);
  showExtras(changed, facts, send);
}

// Two frames: the first has the new layout, the second follows its painting.
const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

async function pose(number) {
  await document.fonts.ready;
  drawBoard(shown, facts);
  await painted();
  socket.send(JSON.stringify({ pose: number, labels: readLabels(shown, facts) }));
}

function hear(message) {
  if ("freeze" in message) state.frozen = message.freeze;
  if ("pose" in message) {
    state.posed = message.pose !== null;
    document.body.classList.toggle("posed", state.posed);
    document.activeElement.blur(); // a field with the cursor in it would keep its own text
  }
  if ("show" in message) show(message.show);
  if (message.pose) pose(message.pose);
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws/${facts.slug}`);
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = () => setTimeout(connect, 500);
}

// Every press goes into the ledger of truth, even when the page is frozen.
document.addEventListener("pointerdown", (event) => {
  const target = event.target.closest("[data-target]")?.dataset.target ?? "page";
  socket.send(JSON.stringify({ type: "click", x: Math.round(event.screenX), y: Math.round(event.screenY), target }));
}, true);

for (const element of document.querySelectorAll("[data-text]")) element.textContent = facts.texts[element.dataset.text];
document.documentElement.style.setProperty("--moment", `${0.3 / facts.speed}s`);
buildPanels(facts, send);
startExtras(facts, state);
await Promise.all([...document.fonts].map((font) => font.load().catch(() => {})));
setInterval(() => {
  const scoreDraws = shown.phase === "flying" && !state.posed;
  if (!state.frozen && !scoreDraws) drawBoard(shown, facts);
}, 125);
connect();
