// SPDX-License-Identifier: GPL-3.0-or-later
// The page at /docs as a person uses it, in a browser without a head: it loads without an
// error and from nowhere else, takes a token, sends a request and shows what was answered.
import { chromium } from "playwright-core";

const [address, token, picture, data] = process.argv.slice(2);
const context = await chromium.launchPersistentContext(data, {
	executablePath: "/usr/bin/chromium",
	viewport: { width: 1200, height: 900 },
	args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await context.newPage();
const wrong = [];
page.on("console", (line) => {
	if (["error", "warning"].includes(line.type())) wrong.push(`console: ${line.text()}`);
});
page.on("pageerror", (error) => wrong.push(`error: ${error}`));
page.on("request", (request) => {
	const url = request.url();
	if (!url.startsWith(address) && !url.startsWith("data:")) wrong.push(`asks ${url}`);
});
page.setDefaultTimeout(60000);

await page.goto(`${address}/docs`);
await page.locator(".opblock-tag-section").first().waitFor();
await page.locator("button.authorize").first().click();
await page.locator(".auth-container input").first().fill(token);
await page.locator(".auth-btn-wrapper button.authorize").click();
await page.locator(".auth-btn-wrapper button.btn-done").click();
await page.locator("#operations-tag-auth").click();
const block = page.locator("#operations-auth-auth_me");
await block.locator(".opblock-summary-control").click();
await block.locator("button.execute").click();
const live = block.locator(".live-responses-table");
await live.waitFor();
const status = (await live.locator(".response-col_status").last().innerText()).trim();
const body = await live.locator(".response-col_description").last().innerText();
if (!status.startsWith("200")) wrong.push(`the answer is ${status}`);
if (!body.includes('"alice@example.org"')) wrong.push(`it shows ${body.slice(0, 200)}`);
await live.scrollIntoViewIfNeeded();
await page.screenshot({ path: picture });

await page.goto(`${address}/docs/reference#room_send`);
if ((await page.locator("details").count()) < 100) wrong.push("the reference is short");
await page.locator("#room_send > summary").click();
await page.screenshot({ path: picture.replace(".png", "-plain.png") });
await context.close();
for (const line of wrong) console.log(`# ${line}`);
process.exit(wrong.length ? 1 : 0);
