// What a posed page shows and where: boxes in pixels from the outer window's top-left corner, the browser's frame included.
const frame = () => [(outerWidth - innerWidth) / 2, outerHeight - innerHeight];

function box(rect) {
  const [dx, dy] = frame();
  const [left, top, right, bottom] = [rect.left + dx, rect.top + dy, rect.right + dx, rect.bottom + dy].map(Math.round);
  return [left, top, right - left, bottom - top];
}

function textBox(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const rect = range.getBoundingClientRect();
  return rect.width ? box(rect) : null;
}

function area(id, text) {
  const element = document.getElementById(id);
  const rect = element.getBoundingClientRect();
  return rect.width && text !== "" ? { box: box(rect), text, text_box: textBox(element) } : null;
}

// The glyphs of an input are not in the DOM: measured with the same font.
function input(target) {
  const field = document.querySelector(`[data-target="${target}"]`);
  const rect = field.getBoundingClientRect();
  if (!rect.width) return null;
  if (field.value === "") return { box: box(rect), text: "", text_box: null };
  const style = getComputedStyle(field);
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const width = pen.measureText(field.value).width;
  const left = rect.left + (rect.width - width) / 2;
  return { box: box(rect), text: field.value, text_box: box({ left, right: left + width, top: rect.top, bottom: rect.bottom }) };
}

function button(number) {
  const element = document.querySelector(`[data-target="button_${number}"]`);
  const [label, sub] = [...element.children];
  const text = `${label.textContent} ${sub.textContent}`.trim();
  return { box: box(element.getBoundingClientRect()), text, label: label.textContent, state: element.dataset.state, text_box: textBox(element) };
}

function history(facts) {
  const strip = document.getElementById("strip").getBoundingClientRect();
  const items = [];
  for (const element of document.querySelectorAll("#values .item")) {
    const rect = element.getBoundingClientRect();
    const [left, right] = [Math.max(rect.left, strip.left), Math.min(rect.right, strip.right)];
    if (right - left < 2) continue;
    const clipped = { left, right, top: rect.top, bottom: rect.bottom };
    const pen = document.createRange();
    pen.selectNodeContents(element);
    const text = pen.getBoundingClientRect();
    const legible = Math.max(0, Math.min(text.right, strip.right) - Math.max(text.left, strip.left)); // of the text itself, in pixels
    items.push({ box: box(clipped), text: element.textContent, cut: right - left < rect.width - 0.5, legible: Math.round(legible) });
  }
  items.sort((a, b) => a.box[0] - b.box[0]);
  return { box: box(strip), items, newest: facts.newest };
}

function phase(name) {
  const board = document.getElementById("board").getBoundingClientRect();
  const [dx, dy] = [board.width / 4, board.height / 4];
  const middle = { left: board.left + dx, right: board.right - dx, top: board.top + dy, bottom: board.bottom - dy };
  return { box: box(middle), text: name };
}

export function readLabels(shown, facts) {
  const fields = {
    score: area("score", shown.score),
    balance: area("balance", shown.balance),
    players: area("players", shown.players),
    total_win: area("total_win", shown.total_win),
    message: area("message", shown.message),
    history: history(facts),
    phase: phase(shown.phase),
  };
  for (const number of [1, 2]) {
    fields[`bet_amount_${number}`] = input(`bet_amount_${number}`);
    fields[`auto_cash_out_${number}`] = input(`auto_cash_out_${number}`);
    fields[`button_${number}`] = button(number);
  }
  return { fields, window: [outerWidth, outerHeight] };
}
