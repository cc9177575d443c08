// The page of a run. What data says is only ever set as text, never as markup.
"use strict";

const palettes = {
  light: ["#0b62b0", "#b3261e", "#2e7d32", "#8e24aa", "#b26a00", "#00838f", "#5d4037", "#c2185b", "#455a64", "#6b7700"],
  dark: ["#79b8f3", "#ff9a91", "#7fd18a", "#d9a5ee", "#f2b45f", "#5fd0dc", "#cdaea2", "#f48fb8", "#b4c3cb", "#d3df5f"],
};
const dark = matchMedia("(prefers-color-scheme: dark)");
const byId = (id) => document.getElementById(id);

// element returns an element with attributes and children; texts become text.
function element(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [type, f] of Object.entries(value)) e.addEventListener(type, f);
    else if (value === true) e.setAttribute(key, "");
    else if (value !== false && value !== null) e.setAttribute(key, value);
  }
  e.append(...children);
  return e;
}

// scaled returns a number with K, M, G or T.
function scaled(x, unit = "") {
  const units = ["", "K", "M", "G", "T"];
  let i = 0;
  for (; x >= 999.5 && i < 4; i++) x /= 1000;
  return x.toFixed(i > 0 && x < 99.95 ? 1 : 0) + " " + units[i] + unit;
}

// clock returns the time of day of a packet time, in UTC.
const clock = (t) => new Date(t * 1e3).toISOString().slice(11, t % 1 ? 23 : 19);

const view = { run: null, state: null, before: null, points: [], tables: [], charts: [], log: 0 };

// ---- Charts

function options(title, width, lines, unit) {
  const style = getComputedStyle(document.documentElement);
  const color = style.getPropertyValue("--dim"), grid = style.getPropertyValue("--grid");
  const palette = palettes[dark.matches ? "dark" : "light"];
  const axis = { stroke: color, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    title, width, height: 190, cursor: { y: false },
    tzDate: (t) => uPlot.tzDate(new Date(t * 1e3), "Etc/UTC"),
    axes: [{ ...axis, space: 80, values: (_, list) => list.map((t, i) => clock(t) + (i === 0 ? "\n" + new Date(t * 1e3).toISOString().slice(0, 10) : "")) }, { ...axis, size: 64, values: (_, list) => list.map((v) => (v >= 1000 ? scaled(v) : String(+v.toFixed(6)))) }],
    series: [{ label: "UTC", value: (_, t) => (t ? new Date(t * 1e3).toISOString().slice(0, 19).replace("T", " ") : "-") }, ...lines.map((label, i) => ({
      label, stroke: palette[i % palette.length], width: 1.5, spanGaps: false, points: { show: false },
      value: (_, v) => (v === null || v === undefined ? "-" : (v >= 1000 ? scaled(v, unit) : +v.toFixed(6) + " " + unit)),
    }))],
  };
}

// Chart is a chart in a place, drawn anew when its lines, its width or the colours change.
class Chart {
  constructor(place, title, unit) {
    Object.assign(this, { place, title, unit, plot: null, names: null, data: null });
    new ResizeObserver(() => this.plot && this.plot.setSize({ width: this.width(), height: 190 })).observe(place);
    view.charts.push(this);
  }
  width() { return Math.max(200, this.place.clientWidth); }
  set(names, data) {
    this.data = data;
    this.place.dataset.points = data[0].length;
    if (this.plot && String(this.names) === String(names)) { this.plot.setData(data); return; }
    this.names = names;
    this.draw();
  }
  draw() {
    if (!this.data) return;
    if (this.plot) this.plot.destroy();
    this.plot = new uPlot(options(this.title, this.width(), this.names, this.unit), this.data, this.place);
  }
}
dark.addEventListener("change", () => view.charts.forEach((c) => c.draw()));

function place(parent, label) {
  const div = element("div", { class: "chart", role: "img", "aria-label": label });
  parent.append(div);
  return div;
}

let traffic = [];
function drawTraffic() {
  const p = view.points, t = p.map((x) => x.t);
  // rate returns what came a second between a point and the one before.
  const rate = (of, by = 1) => p.map((x, i) => (i === 0 ? null : (of(x) - of(p[i - 1])) * by / (x.t - p[i - 1].t)));
  const live = view.state.lost !== undefined;
  if (traffic.length === 0) {
    const parent = byId("traffic");
    traffic = [
      [new Chart(place(parent, "bits per second over packet time"), "Bits per second", "bit/s"), ["bits"], () => [rate((x) => x.bytes, 8)]],
      [new Chart(place(parent, "packets per second over packet time"), "Packets per second", "/s"), ["packets"], () => [rate((x) => x.packets)]],
      [new Chart(place(parent, "flows over packet time"), "Flows", ""), ["live", "opened a second"], () => [p.map((x) => x.live), rate((x) => x.flows)]],
    ];
    if (live) traffic.push([new Chart(place(parent, "frames lost over packet time"), "Frames lost per second", "/s"), ["lost"], () => [rate((x) => x.lost)]]);
    traffic.push([new Chart(place(parent, "alarms over packet time"), "Alarms", ""), ["alarms"], () => [p.map((x) => x.alarms)]]);
  }
  for (const [chart, names, data] of traffic) {
    const d = data();
    if (names[0] === "alarms" && !d[0].some((x) => x > 0)) { chart.place.hidden = true; continue; }
    chart.place.hidden = false;
    chart.set(names, [t, ...d]);
  }
}

// ---- Figures, plugins, targets, settings, log

function drawFigures() {
  const s = view.state, list = [];
  list.push(["packets", scaled(s.packets)], ["bytes on the wire", scaled(s.bytes, "B")], ["flows", scaled(s.flows)], ["live flows", scaled(s.live)]);
  if (s.lost !== undefined) list.push(["frames lost", scaled(s.lost)]);
  if (s.alarms > 0) list.push(["alarms", scaled(s.alarms)]);
  if (s.from) list.push(["first packet, UTC", s.from], ["last packet, UTC", s.to]);
  list.push(["run", s.elapsed.toFixed(1) + " s"]);
  byId("figures").replaceChildren(...list.map(([k, v]) => element("div", {}, element("dt", {}, k), element("dd", {}, v))));
  const bar = byId("progress");
  bar.hidden = !(s.size > 0);
  bar.value = s.size > 0 ? s.done / s.size : 0;
}

function drawPlugins() {
  const seconds = view.before ? view.state.elapsed - view.before.elapsed : view.state.elapsed;
  byId("plugins").replaceChildren(...view.run.plugins.map((p, i) => {
    const s = view.state.stages[i] || { cost: 0 };
    const spent = view.before && view.before.stages[i] ? s.cost - view.before.stages[i].cost : s.cost;
    const load = view.state.phase === "ended" ? s.cost / view.state.elapsed : seconds > 0 ? spent / seconds : 0;
    const share = Math.max(0, Math.min(1, load));
    const li = element("li", {}, element("strong", {}, p.name), " ", element("span", { class: "dim" }, p.version + ", " + p.runtime));
    li.append(element("meter", { min: 0, max: 1, value: share.toFixed(3), "aria-label": "load of " + p.name }));
    li.append(element("div", { class: "dim" }, (100 * share).toFixed(0) + " % busy" + (s.waits ? ", a batch waits" : "")));
    if (p.requiredBy) li.append(element("div", { class: "dim" }, "required by " + p.requiredBy.join(", ")));
    if (s.failed) li.append(element("div", { class: "bad" }, "failed and was taken out"));
    for (const m of s.metrics || []) li.append(element("div", { class: "dim" }, m.name + ": " + m.value + " " + m.unit));
    return li;
  }));
}

function row(tag, cells) { return element("tr", {}, ...cells.map((c) => element(tag, tag === "th" ? { scope: "col" } : {}, c))); }

function drawOutlets() {
  const list = (view.state.outlets || []).map((o) => row("td", [o.name, o.target, o.delivered + " " + o.unit, String(o.waiting), String(o.dropped), String(o.undelivered), String(o.reconnects)]));
  byId("outlets").replaceChildren(element("thead", {}, row("th", ["outlet", "leads to", "delivered", "waiting", "dropped", "undelivered", "reconnects"])), element("tbody", {}, ...list));
}

function drawSettings() {
  const list = view.run.settings || [];
  const changed = list.filter((s) => s.from !== "default").length;
  byId("changed").textContent = list.length + " settings, " + changed + " not the default";
  list.sort((a, b) => (a.from === "default") - (b.from === "default"));
  byId("settings").replaceChildren(element("thead", {}, row("th", ["setting", "value", "from", "meaning"])),
    element("tbody", {}, ...list.map((s) => { const r = row("td", [s.name, s.value, s.from, s.doc]); r.lastChild.className = "wide"; return r; })));
}

function addLog(lines) {
  const list = byId("log");
  for (const l of lines) list.append(element("li", { class: l.level === "INFO" ? "" : "bad" }, l.time + " " + l.level + " " + l.text));
  while (list.childElementCount > 500) list.firstChild.remove();
  list.parentElement.scrollTop = list.parentElement.scrollHeight;
}

// ---- Tables

// Table is a table that a plugin exports: sorted, filtered, with a chart of its rows over time.
class Table {
  constructor(t) {
    this.sort = -1;
    this.down = false;
    this.t = t;
    const id = "table" + t.index;
    this.filter = element("input", { type: "search", id: id + "filter", on: { input: () => this.draw() } });
    this.count = element("span", { role: "status" });
    this.column = element("select", { id: id + "column", on: { change: () => this.chart() } }, element("option", { value: -1 }, "number of rows"));
    t.columns.forEach((c, i) => { if (c.charted) this.column.append(element("option", { value: i }, c.name)); });
    this.table = element("table", { class: "rows" });
    const place = element("div", { class: "chart", role: "img", "aria-label": t.name + " over packet time" });
    this.spans = element("div");
    byId("tables").append(element("section", { "aria-labelledby": id, "data-table": t.name },
      element("h2", { id }, t.name),
      element("div", { class: "tools" }, element("label", { for: id + "filter" }, "filter"), this.filter, this.count, element("label", { for: id + "column" }, "chart of"), this.column),
      element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "rows of " + t.name }, this.table),
      place, this.spans));
    this.lines = new Chart(place, "", "");
    new ResizeObserver(() => this.c && drawSpans(this.spans, this.c, this.t.name)).observe(place);
  }
  set(t) { this.t = t; this.draw(); }
  sorted(i) {
    if (this.sort === i) this.down = !this.down;
    else { this.sort = i; this.down = this.t.columns[i].number; }
    this.draw();
    this.table.querySelectorAll("th button")[i].focus();
  }
  draw() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let rows = this.t.rows.filter((r) => { const text = r.join(" ").toLowerCase(); return words.every((w) => text.includes(w)); });
    const i = this.sort;
    if (i >= 0) {
      const order = this.t.columns[i].number ? (a, b) => parseFloat(a[i]) - parseFloat(b[i]) : (a, b) => a[i].localeCompare(b[i], "en", { numeric: true });
      rows = rows.slice().sort((a, b) => (this.down ? -1 : 1) * order(a, b));
    }
    this.count.textContent = rows.length + " of " + this.t.total + " rows" + (this.t.total > this.t.rows.length ? ", the first " + this.t.rows.length + " are here" : "");
    const focused = [...this.table.querySelectorAll("th button")].indexOf(document.activeElement);
    const head = element("tr", {}, ...this.t.columns.map((c, k) => element("th", { scope: "col", "aria-sort": this.sort === k ? (this.down ? "descending" : "ascending") : "none" },
      element("button", { type: "button", on: { click: () => this.sorted(k) } }, c.name + (c.unit ? " [" + c.unit + "]" : "") + (this.sort === k ? (this.down ? " ▾" : " ▴") : "")))));
    this.table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows.map((r) => element("tr", {}, ...r.map((cell, k) => element("td", this.t.columns[k].number ? { class: "number" } : {}, cell))))));
    if (focused >= 0) this.table.querySelectorAll("th button")[focused].focus();
  }
  async chart() {
    const c = await source.series(this.t.index, this.column.value);
    if (!c) return;
    this.c = c;
    this.lines.title = c.column < 0 ? "rows of " + this.t.name : this.t.columns[c.column].name;
    this.lines.unit = c.column < 0 ? "" : this.t.columns[c.column].unit;
    if (this.drawn !== c.column && this.lines.plot) { this.lines.names = null; }
    this.drawn = c.column;
    this.lines.set(c.names, [c.times, ...c.lines]);
    drawSpans(this.spans, c, this.t.name);
  }
}

// drawSpans draws the times that rows name: a line for each row.
function drawSpans(place, c, name) {
  if (!c.spans || c.times.length < 2) { place.replaceChildren(); return; }
  const rows = [...new Set(c.spans.map((s) => s.row))].slice(0, 40);
  const first = Math.min(c.times[0] - 1, ...c.spans.map((s) => s.from)), last = Math.max(c.times[c.times.length - 1], ...c.spans.map((s) => s.to));
  const width = Math.max(280, place.clientWidth), left = Math.min(220, Math.round(0.42 * width)), height = 18 * rows.length + 24;
  const x = (t) => left + (t - first) / (last - first || 1) * (width - left - 10);
  const svg = (tag, attributes, ...children) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };
  const g = svg("svg", { class: "spans", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "when, of " + name });
  rows.forEach((r, i) => g.append(svg("text", { x: 0, y: 18 * i + 13 }, r)));
  for (const s of c.spans) {
    const i = rows.indexOf(s.row);
    if (i < 0) continue;
    g.append(svg("rect", { x: x(s.from), y: 18 * i + 3, width: Math.max(2, x(s.to) - x(s.from)), height: 12, rx: 2 },
      svg("title", {}, `${s.row}: ${s.of} ${clock(s.from)} to ${clock(s.to)} UTC, ${(s.to - s.from).toFixed(3)} s`)));
  }
  g.append(svg("text", { x: left, y: height - 4 }, clock(first)), svg("text", { x: width - 10, y: height - 4, "text-anchor": "end" }, clock(last) + " UTC"));
  place.replaceChildren(element("h3", { class: "dim" }, "When: " + [...new Set(c.spans.map((s) => s.of))].join(", ")), g);
}

// ---- Updates

// begin empties the page for another run.
function begin(run) {
  Object.assign(view, { run, state: null, before: null, points: [], tables: [], charts: [] });
  traffic = [];
  for (const id of ["traffic", "tables", "log"]) byId(id).replaceChildren();
  byId("input").textContent = run.files.join(", ") + (run.links && run.links.length ? " (" + run.links.join(", ") + ")" : "") + " · " + run.version;
  document.title = "t2host: " + run.files.join(", ");
  drawSettings();
}

let charted = 0;
function apply(u) {
  if (u.run) begin(u.run);
  byId("phase").textContent = u.state.phase;
  if (!view.run) return;
  if (view.state && u.state.elapsed - (view.before ? view.before.elapsed : 0) > 1) view.before = view.state;
  view.state = u.state;
  if (u.every) view.points = [];
  if (u.points) { view.points.push(...u.points); drawTraffic(); }
  for (const t of u.tables || []) {
    if (view.tables[t.index]) view.tables[t.index].set(t);
    else { view.tables[t.index] = new Table(t); view.tables[t.index].draw(); view.tables[t.index].chart(); }
  }
  if (u.points && (Date.now() - charted > 2000 || u.state.phase === "ended")) {
    charted = Date.now();
    view.tables.forEach((t) => t.chart());
  }
  if (u.log) addLog(u.log);
  drawFigures();
  drawPlugins();
  drawOutlets();
}

// source is where data comes from: the run itself, or, in a file that --save-view wrote, the file.
const saved = byId("saved");
const source = saved ? {
  data: JSON.parse(saved.textContent),
  start() { apply(this.data.update); view.tables.forEach((t) => t.chart()); },
  series(table, column) { return this.data.charts.find((c) => c.table === table && c.column === Number(column)); },
} : {
  start() {
    const events = new EventSource("events");
    let ended = false;
    events.onopen = () => { ended = false; };
    events.onmessage = (e) => apply(JSON.parse(e.data));
    events.addEventListener("end", () => { ended = true; view.tables.forEach((t) => t.chart()); });
    events.onerror = () => { if (!ended) byId("phase").textContent = "no connection: it is tried again"; };
  },
  async series(table, column) {
    try {
      const res = await fetch(`series?table=${table}&column=${column}`);
      return res.ok ? await res.json() : null;
    } catch { return null; }
  },
};

document.addEventListener("keydown", (e) => {
  if (e.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    const first = document.querySelector("#tables input");
    if (first) { e.preventDefault(); first.focus(); }
  }
});
source.start();
