// Files as the page gets them: chosen, dropped, pasted, or fetched from the page's own host after a click.

import { MOST_BYTES, readJson } from "./canonical.js";
import { readCheckpoint, readTrust } from "./trust.js";

const PATIENCE = 30_000;
const PASSPORT_PATH = /^\/v1\/items\/[0-9]{8,14}\/[A-Za-z0-9%._~!$&'()*+,;=:@-]+\/passport$/;
const READERS = { "touchmark-trust/1": ["trust", readTrust], "touchmark-checkpoint/1": ["checkpoint", readCheckpoint] };

/** Something happened to a file; `said` is what to tell. */
export class Trouble extends Error {
  constructor(name, values = {}) {
    super(name);
    this.said = { name, values };
  }
}

/**
 * What these bytes are: { trust }, { checkpoint } or { passport }, whichever their format says, else what was asked for.
 * Throws Invalid for a trust list or a checkpoint that cannot be used.
 */
export function recognised(raw, asked) {
  const [kind, read] = READERS[formatOf(raw)] ?? Object.values(READERS).find(([one]) => one === asked) ?? ["passport", null];
  return { [kind]: read === null ? raw : read(raw) };
}

function formatOf(raw) {
  try {
    return readJson(raw)?.format;
  } catch {
    return undefined;
  }
}

/** The bytes of a chosen file. Throws Trouble. */
export async function bytesOf(file) {
  if (file.size > MOST_BYTES) throw new Trouble("trouble.large", { name: file.name });
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Trouble("trouble.read", { name: file.name });
  }
}

/** Whether there is a host to ask: not for a page that was opened from a disk. */
export const hasHost = () => ["http:", "https:"].includes(location.protocol);

/** The address of an item's passport in the fragment `#passport=/v1/items/…/passport`: of this very host, else null. */
export function passportPath(hash) {
  const path = new URLSearchParams(hash.slice(1)).get("passport");
  // Parameters are decoded once; a serial's own percent signs are written %25 in the fragment.
  if (!hasHost() || path === null || !PASSPORT_PATH.test(path)) return null;
  return new URL(path, location.origin).pathname === path ? path : null;
}

/** The bytes of a file of this host. Throws Trouble. */
export async function fetched(path) {
  const { host } = location;
  let blob;
  try {
    const response = await fetch(path, {
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok || Number(response.headers.get("Content-Length") ?? 0) > MOST_BYTES) throw new Trouble("");
    blob = await response.blob();
  } catch {
    throw new Trouble("trouble.fetch", { host });
  }
  return bytesOf(Object.assign(blob, { name: host }));
}
