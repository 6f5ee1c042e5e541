// A generated page. In: views from the server's WebSocket and the page's design. Out: what the visitor does.
import { buildScore } from "./random-score.js";
import { startBackground } from "./random-background.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const { design, texts, words } = facts;
const shown = {};
let socket;
let frozen = false;
const id = (name) => document.getElementById(name);

const THEMES = {
  black: ["#0b0b0d", "#e9e9ee", "#15161b", "#000", "#8a8c96", "#ff2d55"],
  navy: ["#0c1530", "#e6ecff", "#16224a", "#0a1026", "#8796c4", "#ffc531"],
  purple: ["#1e1033", "#f3eaff", "#2d1a4d", "#170a2a", "#a48fc7", "#3ee6a8"],
  white: ["#ffffff", "#16181d", "#eef0f4", "#f7f8fb", "#6b7280", "#d6114d"],
  cream: ["#f6efe2", "#2c2418", "#e9dec9", "#fbf6ec", "#7d6d55", "#8a3b12"],
  green: ["#08281c", "#eafff4", "#0f3b2a", "#052017", "#86b39f", "#ffd54a"],
};
const light = ["white", "cream"].includes(design.theme);

function applyTheme() {
  const [page, text, card, board, dim, accent] = THEMES[design.theme];
  const size = { small: 34, medium: 54, large: 78 }[design.score_size];
  const ended = { red: "#e8113a", same: "var(--flying)", other: "#f08c00" }[design.score_end_colour];
  const look = {
    page, text, card, board, dim, accent, ended, font: `"${design.font}"`, field: light ? "#fff" : "#0004", line: light ? "#c9ced8" : "#ffffff2b",
    flying: text, money: light ? "#15803d" : "#28c940", bet: "#1f9d3a", "score-size": `${size}px`, "score-weight": facts.weight,
    low: light ? "#1d6fd1" : "#34b4ff", mid: light ? "#6d28d9" : "#b07cff", high: light ? "#b0117f" : "#ff4fc3",
    "board-flying": light ? "#e2f3e6" : "#10331c", "board-ended": light ? "#f7dede" : "#3a1014",
  };
  for (const [name, value] of Object.entries(look)) document.documentElement.style.setProperty(`--${name}`, value);
  for (const [name, value] of Object.entries(design)) document.body.dataset[name.replace(/_(.)/g, (_, c) => c.toUpperCase())] = value;
}

function build() {
  id("logo").textContent = design.logo_with_phase_word === "yes" ? "BUSTERS CRASH" : facts.name;
  id("tagline").hidden = design.tagline !== "yes";
  id("tagline").textContent = "Cash out before it crashes! Waiting is the game.";
  id("advert").hidden = design.advert_with_money !== "yes";
  id("advert").textContent = "WIN $ 250.00 TODAY";
  id("wallet").hidden = design.balance !== "yes";
  id("wallet-name").textContent = texts.balance;
  id("bets").hidden = design.other_bets === "none" && design.players === "none";
  id("sums").hidden = design.players === "none";
  id("players-name").textContent = words.players;
  id("strip-head").hidden = design.strip_place !== "column";
  id("strip-head").textContent = "CRASH";
  if (design.other_bets !== "none") {
    const heads = design.other_bets === "table" ? [words.players, words.stake, "×"] : ["USER", "BET", "CRASH"];
    document.querySelector("#bets thead").append(row("th", heads));
  }
  if (design.chart_with_ticks === "yes") {
    id("chart").hidden = false;
    for (const tick of ["5.0x", "4.0x", "3.0x", "2.0x", "1.0x"]) id("chart").append(Object.assign(document.createElement("span"), { textContent: tick }));
  }
  for (let n = 1; n <= Number(design.panels === "none" ? 0 : design.panels); n++) id("panels").append(panel(n));
}

function row(tag, cells) {
  const line = document.createElement("tr");
  line.append(...cells.map((text) => Object.assign(document.createElement(tag), { textContent: text })));
  return line;
}

function panel(number) {
  const root = id("panel").content.firstElementChild.cloneNode(true);
  const [stake, auto, button] = [".stake", ".auto-cash-out", ".bet-button"].map((name) => root.querySelector(name));
  root.querySelector(".stake-name").textContent = words.stake;
  [[stake, "bet_amount"], [auto, "auto_cash_out"], [button, "button"]].forEach(([element, name]) => { element.dataset.target = `${name}_${number}`; });
  stake.onchange = () => send({ type: "amount", panel: number, text: stake.value });
  auto.onchange = () => send({ type: "auto_cash_out", panel: number, text: auto.value });
  button.onclick = () => send({ type: "press", panel: number });
  return root;
}

function showPanel(number, told) {
  const root = id("panels").children[number - 1];
  if (!root) return;
  const [stake, auto, button] = [".stake", ".auto-cash-out", ".bet-button"].map((name) => root.querySelector(name));
  if (document.activeElement !== stake) stake.value = design.stake === "empty" ? "" : told.amount;
  if (document.activeElement !== auto) auto.value = told.auto ?? "";
  button.dataset.state = told.button;
  button.children[0].textContent = told.label;
}

function showHistory(history) {
  id("values").replaceChildren(...history.map(([text, band]) => Object.assign(document.createElement("span"), { className: `item ${band}`, textContent: text })));
}

// Seconds until the round begins, as the page counts them down.
const left = () => (((100 - (shown.progress ?? 0)) / 100) * facts.bettingS).toFixed(1);

function message() {
  if (shown.phase === "ended") return design.score_end === "prefixed" ? "" : texts.flew_away;
  if (shown.phase !== "betting") return "";
  const parts = { message: [texts.waiting], countdown: [], "message and countdown": [texts.waiting, `${left()}s`], nothing: [] };
  return parts[design.before_round].join(" ");
}

function score() {
  if (shown.phase === "betting" && design.before_round === "countdown") return `${left()}s`;
  if (shown.phase === "ended" && design.score_end === "prefixed") return `${words.busted} ${shown.score}`;
  return shown.score ?? "";
}

const putScore = buildScore(design);

function show(changed) {
  Object.assign(shown, changed);
  if ("phase" in changed) document.body.dataset.phase = changed.phase;
  if ("band" in changed) document.body.dataset.band = changed.band;
  if ("balance" in changed) id("balance").textContent = changed.balance;
  if ("players" in changed) id("players").textContent = changed.players;
  if ("history" in changed) showHistory(changed.history);
  if ("rows" in changed && design.other_bets !== "none") id("rows").replaceChildren(...changed.rows.slice(0, 14).map(([name, stake, target]) => row("td", [name, stake, target])));
  if ("panel_1" in changed) showPanel(1, changed.panel_1);
  if ("panel_2" in changed) showPanel(2, changed.panel_2);
  id("burst").hidden = !(shown.phase === "ended" && design.score_end === "explosion");
  id("message").textContent = message();
  putScore(score(), shown.phase);
}

function send(told) {
  if (!frozen && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(told));
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws/${facts.slug}`);
  socket.onmessage = (event) => {
    const told = JSON.parse(event.data);
    if ("freeze" in told) frozen = told.freeze;
    if ("show" in told && !frozen) show(told.show);
  };
  socket.onclose = () => setTimeout(connect, 500);
}

document.addEventListener("pointerdown", (event) => {
  const target = event.target.closest("[data-target]")?.dataset.target ?? "page";
  socket.send(JSON.stringify({ type: "click", x: Math.round(event.screenX), y: Math.round(event.screenY), target }));
}, true);

applyTheme();
build();
await Promise.all([...document.fonts].map((font) => font.load().catch(() => {})));
startBackground(design, shown);
connect();
