// The verifier's page in one file: node scripts/lib/one_file.mjs FOLDER <bundle.js >index.html
// FOLDER has page.html, with a line each where styles, script, mark and policy go, and style.css.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const folder = process.argv[2];
const read = (name) => readFileSync(`${folder}/${name}`, "utf8");
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const script = `\n${readFileSync(0, "utf8")}`;
const style = `\n${read("style.css")}`;
for (const [name, text, ends] of [["script", script, /<\/script|<!--/i], ["style", style, /<\/style/i]])
  if (ends.test(text)) throw new Error(`The ${name} holds what would end it: ${text.match(ends)[0]}`);

// Anything may be asked by the one field for a node's address, by nothing else; what a page of a host adds is in its headers.
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "img-src data:",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const mark = `data:image/svg+xml,${encodeURIComponent(readFileSync(`${folder}/../mark.svg`, "utf8"))}`;
const parts = { POLICY: policy, MARK: mark, STYLE: style, SCRIPT: script };
process.stdout.write(read("page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]));
