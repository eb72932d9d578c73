// The verifier's modules over the vectors that Python verifies too (tests/vectors/passports, scripts/passport_vectors).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";

import { STEPS } from "../../../web/static/verify/src/outcome.js";
import { speaker } from "../../../web/static/verify/src/say.js";
import { Invalid, readCheckpoint, readTrust } from "../../../web/static/verify/src/trust.js";
import { verify } from "../../../web/static/verify/src/verify.js";
import { checkpointWitness, nodeAddress, nodeWitness } from "../../../web/static/verify/src/witness.js";

const VECTORS = new URL("../../vectors/passports/", import.meta.url);
const bytes = (name) => readFileSync(new URL(name, VECTORS));
const cases = JSON.parse(bytes("cases.json"));
const english = speaker("en");
const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** A case's file: a good one, edited. */
function fileOf({ file, edit }) {
  const raw = bytes(`good/${file}.json`);
  if (!edit) return raw;
  const put = "hex" in edit ? Buffer.from(edit.hex, "hex") : Buffer.from(edit.put);
  return Buffer.concat([raw.subarray(0, edit.at), put, raw.subarray(edit.at + edit.cut)]);
}

function askOf(witness) {
  if (!witness) return null;
  if (witness.checkpoint) return checkpointWitness(readCheckpoint(bytes(`checkpoints/${witness.checkpoint}.json`)));
  globalThis.fetch = async (_address, { body }) => {
    const { method, params } = JSON.parse(body);
    let result = witness.node[method];
    if (method === "eth_getBlockByNumber") {
      const hash = witness.node.blocks[params[0]];
      result = hash === undefined ? null : { hash };
    }
    return new Response(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
  };
  return nodeWitness("http://127.0.0.1:9");
}

// Each verifier names in words of its own what its own parsers could not read.
const OWN_WORDS = /^(file\.(shape|utf8)|json\.|story\.(kind|unreadable)|header\.unreadable|state\.unreadable|signature|node\.)/;
const saidOfParser = ({ name, values }) => OWN_WORDS.test(name) || OWN_WORDS.test(values.why?.name ?? "");

for (const one of cases)
  test(`${one.name}: the answer is Python's`, async () => {
    const trust = one.trust && readTrust(bytes(`trust/${one.trust}.json`));
    const found = await verify(new Uint8Array(fileOf(one)), trust, askOf(one.witness));
    const { expected } = one;
    const last = found.steps.at(-1);
    assert.deepEqual(found.steps.map(({ step, outcome }) => [step, outcome]), expected.steps, english.said(last.said));
    assert.deepEqual([found.outcome, found.level], [expected.outcome, expected.level]);
    assert.deepEqual(JSON.parse(JSON.stringify(found.facts)), expected.facts);
    assert.deepEqual(found.notes.map(english.said), expected.notes);
    if (saidOfParser(last.said)) return;
    const { said, ...rest } = { said: english.said(last.said), expected: last.expected, found: last.found };
    assert.equal(said, expected.last.said);
    if (last.said.name !== "file.canonical")
      assert.deepEqual(rest, { expected: expected.last.expected, found: expected.last.found });
  });

test("every step ends well in one vector and badly in another", () => {
  const seen = (wanted) =>
    new Set(cases.flatMap((one) => one.expected.steps.filter(([, outcome]) => wanted(outcome)).map(([step]) => step)));
  assert.deepEqual([...seen((outcome) => outcome === "holds")].sort(), [...STEPS].sort());
  assert.deepEqual([...seen((outcome) => !["holds", "not asked"].includes(outcome))].sort(), [...STEPS].sort());
});

test("a file above 16 MiB is not even read", async () => {
  const { steps } = await verify(new Uint8Array(100 * 2 ** 20));
  assert.deepEqual(steps.map(({ step, outcome, said }) => [step, outcome, said.name]), [["file", "contradicts", "file.large"]]);
});

test("deep nesting ends at its first step, however deep", async () => {
  for (const text of ["[".repeat(5_000_000), '{"a":'.repeat(1_000_000)]) {
    const { steps } = await verify(new TextEncoder().encode(text));
    assert.equal(steps[0].said.name, "file.deep");
  }
});

test("every damaged byte of a passport is found", async () => {
  const raw = new Uint8Array(bytes("good/passkeys.json"));
  const trust = readTrust(bytes("trust/ours.json"));
  const others = new TextEncoder().encode('0f"\\{}[],: z');
  for (let at = 0; at < raw.length; at += 61) {
    const damaged = Uint8Array.from(raw);
    damaged[at] = others.find((byte) => byte !== raw[at] && (at % 2 || byte !== others[0])) ?? others[0];
    const { outcome } = await verify(damaged, trust);
    assert.notEqual(outcome, "holds", `byte ${at}`);
  }
});

test("a passport is verified in well under a second", async () => {
  const raw = new Uint8Array(bytes("good/stolen.json"));
  const trust = readTrust(bytes("trust/ours.json"));
  const from = performance.now();
  await verify(raw, trust);
  assert.ok(performance.now() - from < 1_000);
});

test("a trust list may be spelt in any way, but not say two things at once", () => {
  const plain = JSON.parse(bytes("trust/ours.json"));
  assert.equal(readTrust(Buffer.from(JSON.stringify(plain, null, 4))).ledgers[0].chainId, plain.ledgers[0].chainId);
  const bad = [
    "", "{}", '{"format":"touchmark-trust/1","ledgers":[],"ledgers":[]}', '{"format":"touchmark-trust/2","ledgers":[]}',
    JSON.stringify({ ...plain, more: 1 }), JSON.stringify({ ...plain, ledgers: [{ ...plain.ledgers[0], chainId: 1.5 }] }),
  ];
  for (const text of bad) assert.throws(() => readTrust(Buffer.from(text)), Invalid, text);
});

test("a node's address is https, or this very machine", () => {
  assert.equal(nodeAddress(" https://node.example/key "), "https://node.example/key");
  assert.equal(nodeAddress("http://localhost:8545"), "http://localhost:8545/");
  for (const text of ["", "node.example", "http://node.example", "ftp://a", "javascript:alert(1)", "https://a:b@c.example"])
    assert.equal(nodeAddress(text), null, text);
});

test("a node that is away, talks too much or talks nonsense contradicts nothing", async () => {
  const raw = new Uint8Array(bytes("good/claimed.json"));
  const trust = readTrust(bytes("trust/ours.json"));
  const answers = [
    () => Promise.reject(new TypeError("away")),
    async () => new Response("x".repeat(2_000_000)),
    async () => new Response('{"error":{"code":1}}'),
    async () => new Response("null"),
    async () => new Response('{"result":[1]}'),
  ];
  for (const answer of answers) {
    globalThis.fetch = answer;
    const { outcome, level, steps } = await verify(raw, trust, nodeWitness("https://node.example"));
    assert.deepEqual([outcome, level, steps.at(-1).step], ["cannot tell", 2, "live"]);
  }
});
