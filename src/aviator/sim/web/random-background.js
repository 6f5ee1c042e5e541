// What moves behind, or in front of, the score of a generated page. In: the design and what is shown.
const RAYS = 12;

export function startBackground(design, shown) {
  const canvas = document.getElementById("back");
  const draw = { rays, stars, "curve in front": curve }[design.background];
  if (!draw) return;
  setInterval(() => {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = pen.strokeStyle = getComputedStyle(document.body).getPropertyValue("--dim");
    draw(pen, width, height, shown, performance.now() / 1000);
  }, 100);
}

function rays(pen, width, height, shown, seconds) {
  const reach = Math.hypot(width, height);
  pen.globalAlpha = 0.12;
  pen.beginPath();
  for (let i = 0; i < RAYS; i++) {
    const [a, b] = [seconds * 0.12 + (i * 2 * Math.PI) / RAYS, seconds * 0.12 + ((i + 0.5) * 2 * Math.PI) / RAYS];
    pen.moveTo(0, height);
    pen.lineTo(Math.cos(a) * reach, height + Math.sin(a) * reach);
    pen.lineTo(Math.cos(b) * reach, height + Math.sin(b) * reach);
  }
  pen.fill();
  pen.globalAlpha = 1;
}

function stars(pen, width, height, shown, seconds) {
  for (let i = 0; i < 60; i++) {
    const x = (i * 7919 + (shown.phase === "flying" ? seconds * 90 : 0)) % width;
    pen.fillRect(width - x, (i * 104729) % height, 2, 2);
  }
}

function curve(pen, width, height, shown) {
  if (shown.phase !== "flying") return;
  const climbed = Math.min(1, Math.log(Math.max(shown.height ?? 1, 1)) / Math.log(5));
  const [x, y] = [width * (0.05 + 0.9 * climbed), height * (0.95 - 0.8 * climbed ** 1.4)];
  pen.beginPath();
  pen.moveTo(0, height);
  pen.quadraticCurveTo(x * 0.6, height * 0.97, x, y);
  pen.lineWidth = 3;
  pen.stroke();
  pen.beginPath();
  pen.ellipse(x, y, 16, 6, -0.3, 0, 2 * Math.PI);
  pen.fill();
}
