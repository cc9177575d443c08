// Looks at the page of a run as a person does: node view.mjs T2HOST, with chromium in the path. It needs the modules of
// package-lock.json (npm ci). Screenshots are in shots/.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const program = process.argv[2];
const capture = readFileSync(join(here, "../windows.pcap"));
const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "t2host-browser-"));
const shots = join(here, "shots");
mkdirSync(shots, { recursive: true });

// Run is a t2host that reads its standard input and shows its page.
class Run {
  constructor(port, ...more) {
    this.process = spawn(program, ["-r", "-", "-p", "tcpwin:wasm", "-w", folder + "/", "--view", String(port), ...more], { cwd: folder, env: { ...process.env, HOME: folder } });
    this.said = "";
    this.ended = new Promise((resolve) => this.process.on("close", resolve));
    this.url = new Promise((resolve, reject) => {
      this.process.stderr.on("data", (text) => {
        this.said += text;
        const m = /shown at (http:\S+)/.exec(this.said);
        if (m) resolve(m[1]);
      });
      this.process.on("close", () => reject(new Error(this.said)));
    });
    this.url.catch(() => {});
  }
  send(from, to) { this.process.stdin.write(capture.subarray(from, to)); }
  async end() { this.process.stdin.end(); assert.equal(await this.ended, 0, this.said); }
}

const freePort = () => new Promise((resolve) => {
  const s = createServer().listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => resolve(port)); });
});

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const problems = [];

// open returns a page that notes what goes wrong in it.
async function open(options) {
  const page = await (await browser.newContext(options)).newPage();
  page.on("pageerror", (e) => problems.push("error: " + e.message));
  page.on("console", (m) => { if (m.type() === "error" && !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/.test(m.text())) problems.push("console: " + m.text()); });
  return page;
}

// accessible fails if axe-core finds a violation.
async function accessible(page, what) {
  const found = await page.evaluate(async (source) => { (0, eval)(source); return (await axe.run()).violations; }, axe).catch(async () => {
    const session = await page.context().newCDPSession(page); // the page's policy forbids eval: the debugger may
    await session.send("Runtime.evaluate", { expression: axe });
    const { result } = await session.send("Runtime.evaluate", { expression: "axe.run().then((r) => JSON.stringify(r.violations))", awaitPromise: true });
    return JSON.parse(result.value);
  });
  assert.deepEqual(found.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`), []);
}

// until waits until a function of the page returns true. (waitForFunction evaluates text, which the page's policy forbids.)
async function until(page, f, argument) {
  for (const end = Date.now() + 20000; ; await page.waitForTimeout(50)) {
    if (await page.evaluate(f, argument)) return;
    assert.ok(Date.now() < end, "waited in vain for " + f);
  }
}

// seconds returns how many times a packet of a pcap file is in a later second than the one before.
function seconds(file) {
  let n = 0;
  for (let at = 24, before = 0; at < file.length; at += 16 + file.readUInt32LE(at + 8)) {
    const second = file.readUInt32LE(at);
    if (before && second > before) n++;
    before = Math.max(before, second);
  }
  return n;
}

const text = (page, selector) => page.locator(selector).allInnerTexts();
const points = (page, label) => page.locator(`[aria-label="${label}"]`).getAttribute("data-points").then(Number);
const section = '[data-table="tcpwin.lowWindows"]';

// 1. The table fills while the run goes on, is sorted and filtered; charts have a point for each second of packet time.
const port = await freePort();
let run = new Run(port);
const url = await run.url;
const page = await open({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
await page.goto(url);
run.send(0, capture.length >> 1);
await page.waitForSelector(section + " .rows tbody tr");
const half = await page.locator(section + " .rows tbody tr").count();
const halfPoints = await points(page, "bits per second over packet time");
run.send(capture.length >> 1);
await until(page, (n) => document.querySelectorAll('[data-table="tcpwin.lowWindows"] .rows tbody tr').length > n, half);
await until(page, (n) => Number(document.querySelector('[aria-label="bits per second over packet time"]').dataset.points) > n, halfPoints);
assert.equal(await page.locator("#phase").innerText(), "running");

const cells = (k) => text(page, `${section} .rows tbody tr td:nth-child(${k})`);
await page.getByRole("button", { name: /^tcpWinShutMax/ }).click();
const down = (await cells(6)).map(Number);
assert.deepEqual(down, down.toSorted((a, b) => b - a), "sorted downwards");
await page.keyboard.press("Enter"); // the header has the focus still
const up = (await cells(6)).map(Number);
assert.deepEqual(up, up.toSorted((a, b) => a - b), "sorted upwards by the keyboard");
await page.keyboard.press("/");
await page.keyboard.type("2001:db8");
await until(page, () => [...document.querySelectorAll('[data-table="tcpwin.lowWindows"] .rows tbody tr')].every((r) => r.innerText.includes("2001:db8")));
assert.ok((await cells(1)).length > 0 && (await cells(1)).length < half + 20);
await page.fill(section + " input", "");
await page.selectOption(section + " select", { label: "tcpWinShutMax" });
await until(page, () => document.querySelector('[data-table="tcpwin.lowWindows"] .u-legend')?.innerText.includes("192.0.2.11"));
assert.ok(await page.locator(section + " svg.spans rect").count() > 10, "times of shut windows");

// 2. Screenshots, and what axe-core says.
for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]]) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, "nothing is wider than the window");
  await page.screenshot({ path: join(shots, `run-${width}-${scheme}.png`), fullPage: true });
  await accessible(page, `${width} ${scheme}`);
}

// 3. The run ends; another one begins at the same port, and the page shows it without being loaded again.
await run.end();
await until(page, () => document.querySelector("#phase").innerText === "ended");
run = new Run(port);
await run.url;
run.send(0, capture.length);
await until(page, () => document.querySelector("#phase").innerText === "running");
await page.waitForSelector(section + " .rows tbody tr");
await run.end();

// 4. The saved page opens from the disk, without a server, with all that is known.
const saved = join(folder, "saved.html");
run = new Run(0, "--save-view", saved);
await run.url;
run.send(0, capture.length);
await run.end();
const file = await open({ viewport: { width: 1280, height: 900 }, offline: true });
const asked = [];
file.on("request", (r) => asked.push(r.url()));
await file.goto("file://" + saved);
await file.waitForSelector(section + " .rows tbody tr");
assert.deepEqual(asked.filter((u) => !u.startsWith("file://" + saved) && !u.startsWith("data:")), []);
assert.equal(await file.locator("#phase").innerText(), "ended");
assert.equal(await file.locator(section + " .rows tbody tr").count(), 12);
const data = JSON.parse(readFileSync(saved, "utf8").match(/id="saved">(.*?)<\/script>/s)[1]);
assert.equal(data.update.points.length, seconds(capture) + 1, "a point at each second of packets, and the end");
assert.equal(await points(file, "bits per second over packet time"), data.update.points.length);
await accessible(file, "saved");
await file.screenshot({ path: join(shots, "saved.png"), fullPage: true });

// 5. What data says is text: rows, the log, metrics and targets with markup make no element and run no script.
const evil = `<img src=x onerror="document.title='run'"></script><script>document.title='run'</script>`;
const hostile = structuredClone(data);
for (const t of hostile.update.tables) for (const r of t.rows) r.fill(evil);
hostile.update.log = [{ time: "00:00:00", level: "WARN", text: evil }];
for (const o of hostile.update.state.outlets) o.target = o.name = evil;
for (const p of hostile.update.run.plugins) p.version = p.runtime = evil;
for (const m of hostile.update.state.stages[0].metrics) m.value = m.unit = evil;
for (const s of hostile.update.run.settings) s.value = s.doc = evil;
for (const c of hostile.charts) { c.names = c.names.map(() => evil); for (const s of c.spans || []) s.row = evil; }
hostile.update.run.files = [evil];
const with_ = readFileSync(saved, "utf8").replace(/id="saved">.*?<\/script>/s, () => `id="saved">${JSON.stringify(hostile).replaceAll("<", "\\u003c")}</script>`);
writeFileSync(join(folder, "hostile.html"), with_);
const stranger = await open({ offline: true });
await stranger.goto("file://" + join(folder, "hostile.html"));
await stranger.waitForSelector(section + " .rows tbody tr");
await stranger.waitForTimeout(300);
assert.equal(await stranger.locator("img").count(), 0);
assert.equal(await stranger.locator("script").count(), 3);
assert.equal(await stranger.title(), "t2host: " + evil);
assert.equal((await text(stranger, section + " .rows tbody td"))[0], evil);

assert.deepEqual(problems, []);
await browser.close();
rmSync(folder, { recursive: true });
writeFileSync(join(shots, "ok"), "");
console.log("the page of a run: ok");
