// The facts word of a record, unpacked (ledger/domain/inspections.py states the layout).

import { AUTHENTICITY, METHODS, REMARKS, SERVICES, WITHDRAWALS } from "./kinds.js";

const VERSION = 1;

/** What the 32 bytes say, by names of kinds.js; null for a version or a value that this page does not know. */
export function unpackFacts(record, facts) {
  if (facts[0] !== VERSION) return null;
  if (record === "service") return service(facts);
  if (record === "withdrawal") return one({ withdrawal: WITHDRAWALS[facts[1]] }, facts, 2);
  const [, authenticity, grade, method, persons, remarks, points] = facts;
  if (grade > 5 || remarks >> REMARKS.length || persons < 1) return null;
  const told = {
    authenticity: AUTHENTICITY[authenticity],
    method: METHODS[method],
    condition: grade ? "ABCDE"[grade - 1] : "",
    persons,
    points,
    remarks: REMARKS.filter((_, bit) => remarks & (1 << bit)),
  };
  return one(told, facts, 7);
}

/** A service may name the part that it put in; a name of other characters than a part's is not understood. */
function service(facts) {
  const told = { service: SERVICES[facts[1]] };
  if (told.service !== "partReplaced" || !facts[2]) return one(told, facts, 2);
  const part = String.fromCharCode(...facts.slice(2)).replace(/\0+$/, "");
  return /^[a-z][a-z0-9_]{0,29}$/.test(part) ? { ...told, part } : null;
}

/** Unknown names, or bytes after the last known one, mean a newer program: what is not understood is not shown. */
const one = (told, facts, used) =>
  Object.values(told).some((part) => part === undefined) || facts.slice(used).some((byte) => byte) ? null : told;
