// The history strip and the list of bets. In: texts from the server, newest first.
const values = document.getElementById("values");
const rows = document.getElementById("rows");
let before = [];

function item([text, band]) {
  const element = document.createElement("span");
  element.className = `item ${band}`;
  element.textContent = text;
  return element;
}

/** Puts up the values, newest first in the DOM (CSS turns it round where the newest is right); slides when a round was added. */
export function showHistory(history, facts, posed) {
  const grown = history.length > 1 && before.length > 1 && history.slice(1, 6).every(([text], i) => text === before[i]?.[0]);
  values.replaceChildren(...history.map(item));
  before = history;
  if (grown && !posed) {
    const gap = parseFloat(getComputedStyle(values).columnGap) || 0;
    const width = values.firstElementChild.getBoundingClientRect().width + gap;
    const from = facts.newest === "left" ? -width : width;
    const options = { duration: 300 / facts.speed, easing: "steps(8)" };
    values.animate([{ transform: `translateX(${from}px)` }, { transform: "none" }], options);
  }
}

/** The other players: name, stake, and where they cashed out. */
export function showRows(players) {
  while (rows.children.length > players.length) rows.lastElementChild.remove();
  players.forEach((cells, index) => {
    let row = rows.children[index];
    if (!row) {
      row = document.createElement("div");
      row.append(...cells.map(() => document.createElement("span")));
      rows.append(row);
    }
    row.classList.toggle("won", cells[2] !== "");
    cells.forEach((text, i) => { if (row.children[i].textContent !== text) row.children[i].textContent = text; });
  });
}
