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
    const given = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value !== "" && !name.startsWith("__")));
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

// The arrow keys go through the periods of a chart; a drag across several shows these alone.
function walk(chart) {
  const spots = [...chart.querySelectorAll("[data-tip]")];
  let here = -1, from = -1;
  const leave = () => { spots[here]?.removeAttribute("data-here"); here = -1; };
  chart.addEventListener("keydown", event => {
    const next = { ArrowLeft: (here < 0 ? spots.length : here) - 1, ArrowRight: here + 1, Home: 0, End: spots.length - 1 }[event.key];
    if (next === undefined || !spots[next]) return;
    event.preventDefault();
    leave();
    here = next;
    spots[here].setAttribute("data-here", "");
    tell(spots[here]);
  });
  chart.addEventListener("blur", leave);
  if (chart.dataset.zoom === undefined) return;
  const paint = to => spots.forEach((spot, i) => spot.toggleAttribute("data-chosen", from >= 0 && from !== to && i >= Math.min(from, to) && i <= Math.max(from, to)));
  chart.addEventListener("pointerdown", event => { if (event.pointerType === "mouse" && event.button === 0) { from = spots.indexOf(event.target); event.preventDefault(); chart.focus({ preventScroll: true }); } });
  chart.addEventListener("pointermove", event => { if (from >= 0) paint(spots.indexOf(event.target)); });
  addEventListener("pointerup", event => {
    const to = spots.indexOf(event.target);
    if (from >= 0 && to >= 0 && from !== to) {
      const address = new URL(location.href);
      address.searchParams.set("from", spots[Math.min(from, to)].dataset.moment);
      address.searchParams.set("to", spots[Math.max(from, to) + 1]?.dataset.moment ?? chart.dataset.zoom);
      if (!address.searchParams.get("to")) address.searchParams.delete("to");
      address.hash = chart.closest("section[id]")?.id ?? "";
      location.assign(address);
    }
    from = -1;
    paint(-1);
  });
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
awaken(document);
