// Who signs: a passkey, a browser extension, a paper backup. Each is { key, sign(message) }: what the answer says
// of the key, and the bytes that the contract takes.

import { hex, unhex } from "./bytes.js";
import { digest } from "./eip712.js";
import { addressOf, blindOf, isKey, recovered, signWith } from "./keys.js";
import * as passkeys from "./passkey.js";
import { Trouble } from "./trouble.js";
import * as wallet from "./wallet.js";

/** A passkey under a blind. */
export const byPasskey = ({ config, key }) => ({
  key: { ...publicKey(key), credential: key.credential, address: passkeys.passkeyAddress(key) },
  sign: async ({ type, values }) => {
    const wanted = digest(config.domain, type, values);
    const assertion = await passkeys.get({ digest: wanted, rpId: config.rpId, allow: [key.credential] });
    if (assertion.id !== key.credential) throw new Trouble("otherKey");
    if (!passkeys.holds(assertion, key, wanted)) throw new Trouble("doesNotHold");
    return passkeys.pack(assertion, key);
  },
});

/** An account of a browser extension. */
export const byExtension = ({ config, address }) => ({
  key: { wallet: address },
  sign: ({ type, values }) => wallet.signTyped(address, config.domain, type, values),
});

/** A passkey's address through its backup key. */
export const byPaper = ({ config, backup, key }) => ({
  key: { ...publicKey(key), credential: key.credential, address: passkeys.passkeyAddress(key) },
  sign: async ({ type, values }) => {
    const wanted = digest(config.domain, type, values);
    return passkeys.packBackup(signWith(backup, wanted), key);
  },
});

/** A key that only this page knows for this moment: the claim key, the link key. */
export function signOnce(config, secretKey, { type, values }) {
  const wanted = digest(config.domain, type, values);
  const signature = signWith(secretKey, wanted);
  if (recovered(wanted, signature) !== addressOf(secretKey)) throw new Trouble("doesNotHold");
  return hex(signature);
}

const publicKey = ({ x, y, blind }) => ({ x, y, blind });

/** The keys of the request whose address is the signer's. */
export const signersPasskeys = ({ keys, signer }) =>
  keys.filter((key) => key.blind && passkeys.passkeyAddress(key) === signer);

export const SHEET = "touchmark-backup/1";
const WHOLE = /touchmark-backup\/1 key=(0x[0-9a-f]{64}) x=(0x[0-9a-f]{64}) y=(0x[0-9a-f]{64})/i;

/** One line that holds all of a backup sheet. */
export const sheetLine = ({ backup, x, y }) => `${SHEET} key=${hex(backup)} x=${x} y=${y}`;

/**
 * A typed backup key, or everything of a sheet: { backup, key } where it is the signer's, otherwise { wrong } with
 * what is the matter ("unreadable", "other", "more").
 */
export function readPaper(typed, { keys, signer }) {
  const whole = WHOLE.exec(typed);
  const bare = typed.replace(/[\s\-]/g, "").replace(/^0x/i, "");
  if (!whole && !/^[0-9a-f]{64}$/i.test(bare)) return { wrong: "unreadable" };
  const backup = unhex(whole ? whole[1] : `0x${bare}`);
  if (!isKey(backup)) return { wrong: "unreadable" };
  const blind = blindOf(backup);
  const known = keys.filter((key) => key.x);
  const halves = whole ? [...known, { x: whole[2].toLowerCase(), y: whole[3].toLowerCase() }] : known;
  const found = halves.find(({ x, y }) => passkeys.passkeyAddress({ x, y, blind }) === signer);
  if (found) return { backup, key: { ...found, blind } };
  return { wrong: halves.length ? "other" : "more" };
}
