// The board: score, message, rays behind and the flight curve. Drawn eight to ten times a second, which is plenty and costs little.
const board = document.getElementById("board");
const score = document.getElementById("score");
const rays = document.getElementById("rays");
const curve = document.getElementById("curve");
const bar = document.querySelector("#progress i");
const digits = score.appendChild(new Text(""));
const RAYS = 14;
let curveDrawn = false;
let drawn = "";
let drawnAt = 0;

/** In flight the drawing joins a change of the score: a frame of its own would cost as much again. */
export function showBoard(changed, shown, facts) {
  if (shown.phase === "flying" && performance.now() - drawnAt > 95) drawBoard(shown, facts);
  if ("score" in changed) digits.data = changed.score; // a new text node each time would cost a third more
  if ("progress" in changed) bar.style.width = `${100 - changed.progress}%`;
}

function fit(canvas) {
  const { clientWidth: width, clientHeight: height } = board;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return [canvas.getContext("2d"), width, height];
}

function drawRays(colour) {
  const [pen, width, height] = fit(rays);
  const reach = Math.hypot(width, height);
  const turn = (performance.now() / 1000) * 0.12;
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = colour;
  pen.beginPath();
  for (let i = 0; i < RAYS; i++) {
    const [a, b] = [turn + (i * 2 * Math.PI) / RAYS, turn + ((i + 0.5) * 2 * Math.PI) / RAYS];
    pen.moveTo(0, height);
    pen.lineTo(Math.cos(a) * reach, height + Math.sin(a) * reach);
    pen.lineTo(Math.cos(b) * reach, height + Math.sin(b) * reach);
  }
  pen.fill();
}

// The curve climbs with the multiplier, then hovers: from 4x on it only sways.
function drawCurve(phase, multiplier, colour) {
  const [pen, width, height] = fit(curve);
  if (curveDrawn) pen.clearRect(0, 0, width, height);
  curveDrawn = phase === "flying";
  if (!curveDrawn) return;
  const climbed = Math.min(1, Math.log(Math.max(multiplier, 1)) / Math.log(4));
  const sway = climbed === 1 ? Math.sin(performance.now() / 900) * 0.04 : 0;
  const [x, y] = [width * (0.06 + 0.8 * climbed), height * (0.94 - (0.74 + sway) * climbed ** 1.3)];
  pen.beginPath();
  pen.moveTo(0, height);
  pen.quadraticCurveTo(x * 0.6, height * 0.98, x, y);
  pen.lineWidth = 3;
  pen.strokeStyle = colour;
  pen.stroke();
  pen.lineTo(x, height);
  pen.closePath();
  pen.globalAlpha = 0.16;
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 1;
  drawPlane(pen, x, y, colour);
}

function drawPlane(pen, x, y, colour) {
  pen.save();
  pen.translate(x, y);
  pen.rotate(-0.3);
  pen.fillStyle = colour;
  pen.beginPath();
  pen.ellipse(0, -4, 20, 5, 0, 0, 2 * Math.PI);
  pen.moveTo(-18, -4); pen.lineTo(-26, -16); pen.lineTo(-12, -6);
  pen.moveTo(4, -3); pen.lineTo(-8, 8); pen.lineTo(-2, -4);
  pen.fill();
  pen.restore();
}

/** Draws one frame; a phase without movement is drawn once. */
export function drawBoard(shown, facts) {
  const still = shown.phase === "black" || shown.phase === "closed";
  if (still && drawn === shown.phase) return;
  drawn = shown.phase;
  drawnAt = performance.now();
  if (still) fit(rays)[0].clearRect(0, 0, rays.width, rays.height);
  else drawRays(facts.rays);
  drawCurve(shown.phase, shown.height, facts.curve);
}
