// The score of a generated page: HTML, SVG or canvas, and how it moves in flight. In: its text and the phase.
const SVG = "http://www.w3.org/2000/svg";

function motion(kind, phase) {
  const seconds = performance.now() / 1000;
  if (phase !== "flying") return [0, 1];
  if (kind === "bob") return [Math.sin(seconds * 3) * 7, 1];
  if (kind === "pulse") return [0, 1 + 0.06 * Math.sin(seconds * 5)];
  return [0, 1];
}

export function buildScore(design) {
  const stage = document.getElementById("stage");
  const now = { text: "", phase: "", flownSince: 0 };
  const put = { html, svg, canvas }[design.score_renderer](stage);

  function draw() {
    let [dy, scale] = motion(design.score_motion, now.phase);
    if (design.score_motion === "grow" && now.phase === "flying") scale = 0.8 + Math.min(0.4, (performance.now() - now.flownSince) / 40000);
    put(now.text, dy, scale);
  }

  setInterval(draw, 50);
  return (text, phase) => {
    if (phase === "flying" && now.phase !== "flying") now.flownSince = performance.now();
    Object.assign(now, { text, phase });
    draw();
  };
}

function html(stage) {
  const element = stage.appendChild(Object.assign(document.createElement("div"), { id: "score" }));
  return (text, dy, scale) => {
    if (element.textContent !== text) element.textContent = text;
    element.style.transform = dy || scale !== 1 ? `translateY(${dy}px) scale(${scale})` : "";
  };
}

function svg(stage) {
  const root = stage.appendChild(document.createElementNS(SVG, "svg"));
  root.id = "score";
  root.setAttribute("class", "svg");
  const text = root.appendChild(document.createElementNS(SVG, "text"));
  text.setAttribute("x", "50%");
  text.setAttribute("y", "1em");
  return (said, dy, scale) => {
    if (text.textContent !== said) text.textContent = said;
    root.style.transform = dy || scale !== 1 ? `translateY(${dy}px) scale(${scale})` : "";
  };
}

// An invisible element carries the style, so that the three renderers follow the same rules.
function canvas(stage) {
  const style = stage.appendChild(Object.assign(document.createElement("div"), { id: "score" }));
  style.style.visibility = "hidden";
  style.textContent = "0";
  const surface = stage.appendChild(document.createElement("canvas"));
  return (text, dy, scale) => {
    const { clientWidth: width, clientHeight: height } = stage;
    if (surface.width !== width || surface.height !== height) Object.assign(surface, { width, height });
    const pen = surface.getContext("2d");
    pen.clearRect(0, 0, width, height);
    const look = getComputedStyle(style);
    const size = parseFloat(look.fontSize) * scale;
    pen.font = `${look.fontWeight} ${size}px ${look.fontFamily}`;
    pen.fillStyle = look.color;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const middle = style.offsetTop + style.offsetHeight / 2;
    pen.fillText(text, width / 2, middle + dy);
  };
}
