// Small islands on pages that work without them.

const root = document.documentElement;

// Moments in the reader's own time zone and form.
function localise(within) {
  for (const time of within.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    const form = time.dataset.local === "date" ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
    time.title = at.toISOString();
    time.textContent = new Intl.DateTimeFormat(undefined, form).format(at);
  }
}

// A part of the page anew, without losing the rest.
async function refresh(selector, address, signal) {
  const answer = await fetch(address, { signal, headers: { accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(selector);
  const old = document.querySelector(selector);
  if (!old) return;
  // What the part told of is over: the page is another one now.
  if (!fresh) return location.reload();
  old.replaceWith(fresh);
  awaken(fresh);
}

// What is typed asks for a part of the page anew, a moment after the last key; the answer to an older question is not waited for.
function whileTyping(form, selector, rest) {
  let wait, running;
  const ask = () => {
    clearTimeout(wait);
    running?.abort();
    running = new AbortController();
    const given = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value !== "" && name !== "antiforgery"));
    const address = `${form.getAttribute("action")}?${given}`;
    // Longer addresses are turned down.
    if (address.length > 7000) return;
    refresh(selector, address, running.signal).then(() => history.replaceState(null, "", address), () => {});
  };
  form.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, rest); });
  return ask;
}

function searchWhileTyping(form) {
  const search = whileTyping(form, form.dataset.instant, 180);
  form.addEventListener("submit", event => { event.preventDefault(); search(); });
}

function switchTheme(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  });
}

function exportTable(table) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "Save as CSV" });
  button.addEventListener("click", () => {
    const quote = cell => `"${cell.innerText.trim().replaceAll('"', '""')}"`;
    const text = [...table.rows].map(row => [...row.cells].map(quote).join(",")).join("\r\n");
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: `${table.dataset.export}.csv` });
    link.click();
    URL.revokeObjectURL(link.href);
  });
  table.closest(".scroll").after(button);
}

function needChoice(button) {
  const form = button.form;
  const tell = () => { button.disabled = !form.querySelector("input[type=checkbox]:checked"); };
  form.addEventListener("change", tell);
  tell();
}

// The arrow keys go through the periods of a chart; a drag across several, or the plus key, shows these alone, and minus all again.
function walk(chart) {
  const spots = [...chart.querySelectorAll("[data-tip]")];
  let here = -1, from = -1;
  const seen = () => spots.filter(spot => !spot.hasAttribute("data-out"));
  const leave = () => { spots[here]?.removeAttribute("data-here"); here = -1; };
  chart.addEventListener("keydown", event => {
    const [shown, at] = [seen(), seen().indexOf(spots[here])];
    const next = { ArrowLeft: (at < 0 ? shown.length : at) - 1, ArrowRight: at + 1, Home: 0, End: shown.length - 1 }[event.key];
    if (next === undefined || !shown[next]) return;
    event.preventDefault();
    leave();
    here = spots.indexOf(shown[next]);
    spots[here].setAttribute("data-here", "");
    tell(spots[here]);
  });
  chart.addEventListener("blur", leave);
  // Where the address knows moments the page is asked for a closer look; elsewhere the drawing itself is stretched.
  const closer = (first, last) => {
    if (chart.dataset.zoom === undefined) return stretch(chart, spots[first], spots[last]);
    const address = new URL(location.href);
    address.searchParams.set("from", spots[first].dataset.moment);
    address.searchParams.set("to", spots[last + 1]?.dataset.moment ?? chart.dataset.zoom);
    if (!address.searchParams.get("to")) address.searchParams.delete("to");
    address.hash = chart.closest("section[id]")?.id ?? "";
    location.assign(address);
  };
  chart.addEventListener("keydown", event => {
    const shown = seen();
    if (event.key === "-" || event.key === "Escape") stretch(chart);
    else if (event.key === "+" && shown.length > 2) {
      const [most, size] = [spots.indexOf(shown.at(-1)), Math.ceil(shown.length / 2)];
      const first = Math.max(spots.indexOf(shown[0]), Math.min((here < 0 ? most : here) - Math.floor(size / 2), most - size + 1));
      closer(first, first + size - 1);
    }
  });
  chart.addEventListener("dblclick", () => stretch(chart));
  const paint = to => spots.forEach((spot, i) => spot.toggleAttribute("data-chosen", from >= 0 && from !== to && i >= Math.min(from, to) && i <= Math.max(from, to)));
  chart.addEventListener("pointerdown", event => { if (event.pointerType === "mouse" && event.button === 0) { from = spots.indexOf(event.target); event.preventDefault(); chart.focus({ preventScroll: true }); } });
  chart.addEventListener("pointermove", event => { if (from >= 0) paint(spots.indexOf(event.target)); });
  addEventListener("pointerup", event => {
    const to = spots.indexOf(event.target);
    if (from >= 0 && to >= 0 && from !== to) closer(Math.min(from, to), Math.max(from, to));
    from = -1;
    paint(-1);
  });
}

// The part of a chart between two periods over its whole width; all of it where none are given.
function stretch(chart, first, last) {
  const number = (one, name) => parseFloat(one.dataset[name] ??= one.getAttribute(name));
  const from = first ? number(first, "x") : 0;
  const size = (last ? number(last, "x") + number(last, "width") : 100) - from;
  for (const one of chart.querySelectorAll("rect, text")) {
    if (!one.getAttribute("x")?.endsWith("%")) continue;
    const [x, width] = [number(one, "x"), one.hasAttribute("width") ? number(one, "width") : 0];
    const [left, right] = [Math.max(x, from), Math.min(x + width, from + size)];
    one.toggleAttribute("data-out", width ? right - left < 1e-6 : x < from || x > from + size);
    one.setAttribute("x", `${(left - from) / size * 100}%`);
    if (width) one.setAttribute("width", `${Math.max(0, right - left) / size * 100}%`);
  }
  chart.querySelector("svg").setAttribute("viewBox", `${from * 10} 0 ${size * 10} 1000`);
}

let tip;
function explain(event) {
  const about = event.target.closest?.("[data-tip]");
  tip?.remove();
  tip = null;
  if (about) tell(about, event);
}

function tell(about, event = {}) {
  tip?.remove();
  tip = Object.assign(document.createElement("div"), { className: "tip", textContent: about.dataset.tip, role: "status" });
  document.body.append(tip);
  const place = about.getBoundingClientRect();
  const x = event.clientX || place.left;
  const y = event.clientY || place.bottom;
  tip.style.left = `${Math.min(x + 12, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(y + 16, innerHeight - tip.offsetHeight - 8)}px`;
}

function awaken(within) {
  localise(within);
  within.querySelectorAll("form[data-instant]").forEach(searchWhileTyping);
  within.querySelectorAll("form[data-live]").forEach(form => whileTyping(form, form.dataset.live, 350));
  within.querySelectorAll("[data-theme-switch]").forEach(switchTheme);
  within.querySelectorAll("table[data-export]").forEach(exportTable);
  within.querySelectorAll("[data-walk]").forEach(walk);
  within.querySelectorAll("[data-needs-choice]").forEach(needChoice);
  // Where that fails, its link is still there.
  for (const part of within.querySelectorAll("[data-later]")) refresh(`#${part.id}`, part.dataset.later).catch(() => {});
  const moving = within.matches?.("[data-refresh]") ? [within] : within.querySelectorAll("[data-refresh]");
  for (const part of moving) setTimeout(() => refresh(`#${part.id}`, location.href), part.dataset.refresh * 1000);
}

document.addEventListener("mouseover", explain);
document.addEventListener("focusin", explain);
document.addEventListener("keydown", event => { if (event.key === "Escape") { tip?.remove(); tip = null; } });
document.querySelector("#complaint")?.focus();
// On a narrow window the navigation is a strip: where we are is to be seen.
const side = document.querySelector(".side"), current = side?.querySelector("[aria-current]");
if (current) side.scrollLeft = current.offsetLeft - (side.clientWidth - current.offsetWidth) / 2;
awaken(document);
