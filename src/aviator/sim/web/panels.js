// The two bet panels. In: the server's word on each. Out: presses and edits; nothing is decided here.
const panels = {};

function build(number, facts, send) {
  const root = document.getElementById("panel").content.firstElementChild.cloneNode(true);
  const find = (name) => root.querySelector(name);
  const part = {
    root, stake: find(".stake"), auto: find(".auto-cash-out"), button: find(".bet-button"),
    quick: find(".quick"), autoBet: find(".auto-bet"), tabs: [...root.querySelectorAll(".tab")],
  };
  for (const [element, name] of [[part.stake, "bet_amount"], [part.auto, "auto_cash_out"], [part.button, "button"]]) {
    element.dataset.target = `${name}_${number}`;
  }
  find(".minus").dataset.target = `minus_${number}`;
  find(".plus").dataset.target = `plus_${number}`;
  part.tabs.forEach((tab, i) => { tab.dataset.target = `tab_${i + 1}_${number}`; });
  for (const [value, label] of facts.quick) {
    const button = Object.assign(document.createElement("button"), { textContent: label });
    button.dataset.target = `quick_${number}`;
    button.onclick = () => send({ type: "amount", panel: number, text: value });
    part.quick.append(button);
  }
  find(".minus").onclick = () => send({ type: "step", panel: number, by: -1 });
  find(".plus").onclick = () => send({ type: "step", panel: number, by: 1 });
  part.button.onclick = () => send({ type: "press", panel: number });
  part.autoBet.onclick = () => send({ type: "auto_bet", panel: number });
  part.stake.onchange = () => send({ type: "amount", panel: number, text: part.stake.value });
  part.auto.onchange = () => send({ type: "auto_cash_out", panel: number, text: part.auto.value });
  for (const field of [part.stake, part.auto]) {
    field.onkeydown = (event) => { if (event.key === "Enter") field.blur(); };
    field.onbeforeinput = lose;
  }
  part.tabs.forEach((tab, index) => {
    tab.onclick = () => {
      part.tabs.forEach((other) => other.classList.toggle("chosen", other === tab));
      part.quick.hidden = index === 1;
      part.autoBet.hidden = index === 0;
    };
  });
  panels[number] = part;
  return root;
}

export function buildPanels(facts, send) {
  const section = document.getElementById("panels");
  for (const tag of section.ownerDocument.getElementById("panel").content.querySelectorAll("[data-text]")) {
    tag.textContent = facts.texts[tag.dataset.text];
  }
  section.append(build(1, facts, send), build(2, facts, send));
}

function fill(field, text, locked) {
  field.readOnly = locked;
  // never under the visitor's fingers
  if (document.activeElement !== field || locked) field.value = text;
}

// Every so many-th character typed into a field is lost; 0: none.
let deafKey = 0;
let typed = 0;

export function setDeafKey(every) {
  [deafKey, typed] = [every, 0];
}

function lose(event) {
  if (deafKey && event.data && ++typed % deafKey === 0) event.preventDefault();
}

// A dialog over one panel, null: over none. It takes every click; its button dismisses it.
export function coverPanel(number, texts, send) {
  document.getElementById("panel-popup")?.remove();
  if (number === null) return;
  const rect = panels[number].root.getBoundingClientRect();
  const dialog = Object.assign(document.createElement("div"), { id: "panel-popup" });
  dialog.dataset.target = "panel_popup";
  Object.assign(dialog.style, { left: `${rect.left}px`, top: `${rect.top}px`, width: `${rect.width}px`, height: `${rect.height}px` });
  const button = Object.assign(document.createElement("button"), { textContent: "OK" });
  button.dataset.target = "dismiss";
  button.onclick = () => send({ type: "dismiss", panel: number });
  dialog.append(Object.assign(document.createElement("p"), { textContent: texts.promo }), button);
  document.body.append(dialog);
}

export function showPanel(number, panel) {
  const part = panels[number];
  fill(part.stake, panel.amount, panel.locked);
  fill(part.auto, panel.auto ?? "", panel.locked);
  part.root.classList.toggle("locked", panel.locked);
  part.button.dataset.state = panel.button;
  part.autoBet.classList.toggle("on", panel.auto_bet);
  part.button.children[0].textContent = panel.label;
  part.button.children[1].textContent = panel.sub;
}
