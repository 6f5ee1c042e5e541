// What lies over the page now and then: toasts, the cookie bar, and the covers that trouble asks for.
const toast = document.getElementById("toast");
const cookies = document.getElementById("cookies");
const overlay = document.getElementById("overlay");

// kind → what is written on it, and on its button when it has one
const COVERS = {
  blank: () => [],
  popup: (texts) => [texts.inactive, texts.still_here],
  disconnect: (texts) => [texts.connection_lost],
  logout: (texts) => [texts.logged_out, texts.log_in],
  advert: (texts) => [texts.promo, "×"],
};

export function startExtras(facts) {
  if (!facts.cookieBar) return;
  cookies.hidden = false;
  const goAway = () => { cookies.hidden = true; };
  cookies.querySelector("button").onclick = goAway;
  setTimeout(goAway, 8000 / facts.speed);
}

function cover(kind, texts, send) {
  overlay.hidden = kind === null;
  overlay.className = kind ?? "";
  overlay.replaceChildren();
  if (kind === null) return;
  const [sentence, label] = COVERS[kind](texts);
  const box = document.createElement("div");
  if (sentence) box.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  if (label) {
    const button = Object.assign(document.createElement("button"), { textContent: label });
    button.dataset.target = "dismiss";
    button.onclick = () => send({ type: "dismiss" });
    box.append(button);
  }
  overlay.append(box);
}

export function showExtras(changed, facts, send) {
  if ("toast" in changed) {
    toast.hidden = changed.toast === null;
    toast.textContent = changed.toast ?? "";
  }
  if ("overlay" in changed) cover(changed.overlay, facts.texts, send);
  if ("zoom" in changed) document.documentElement.style.zoom = changed.zoom === 1 ? "" : changed.zoom;
}
