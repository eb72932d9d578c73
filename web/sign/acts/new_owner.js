// Becoming an owner: by a claim code, by a recovery, by the link of a handover. A fresh address for the item, made of
// the passkey and a backup key that is made here; the second signature is the claim key's or the link key's.

import { leave } from "../answer.js";
import { attempt } from "../attempt.js";
import { hex } from "../bytes.js";
import { claimKey, linkKey, readClaimCode } from "../codes.js";
import { lines } from "../describe.js";
import { byExtension, byPasskey, signOnce } from "../hands.js";
import { addressOf, freshBackup } from "../keys.js";
import { aside, cancel, check, itemPlate, messageParts, siteLines } from "../parts.js";
import { passkeyAddress } from "../passkey.js";
import { showSheet } from "../sheet.js";
import { Refusal, Trouble } from "../trouble.js";
import { below, complain, el, pairs, show, tell } from "../view.js";
import { account, hasExtension } from "../wallet.js";
import { accepting } from "./existing.js";
import { makePasskey } from "./join.js";

export function newOwner(desk) {
  const { config, say, request } = desk;
  const { act, item, messages, join } = request;
  const passkeys = request.keys.filter((key) => key.credential);
  const canMake = !passkeys.length && join && request.person;
  if (!passkeys.length && !canMake && !hasExtension()) throw new Refusal("noKey");

  const { key: backup, blind } = freshBackup();
  const link = act === "accept" ? linkSecret(request) : null;
  let made = null;
  let chosen = passkeys[0] ?? null;

  const message = (owner) =>
    act === "accept"
      ? accepting(messages[0], messages[1], owner)
      : { type: messages[0].type, values: { ...messages[0].values, newOwner: owner } };

  const code = act === "accept" ? null : codeField(say);

  /** The second key; null where the code is wrong, which has been said then. */
  function secondKey() {
    if (link) return link;
    const read = readClaimCode(code.input.value);
    if (read.wrong) return code.refuse(say(`code.${read.wrong}`, read.values));
    const key = claimKey(read.code, request.claim.half, item.id);
    return addressOf(key) === request.claim.address ? key : code.refuse(say("code.other"));
  }

  async function withPasskey(second) {
    if (!chosen) {
      made ??= await makePasskey(config, request, join);
      tell(say("status.waiting"));
    }
    const { credential, x, y } = chosen ?? made;
    const hand = byPasskey({ config, key: { credential, x, y, blind } });
    const whole = message(hand.key.address);
    below(check(say, config, [whole]));
    const signature = await hand.sign(whole).catch((error) => {
      throw made && error.sentence === "abandoned" ? new Trouble("status.made") : error;
    });
    const answer = {
      values: { newOwner: hand.key.address },
      signatures: inOrder(signature, signOnce(config, second, whole)),
      key: hand.key,
    };
    if (made) answer.created = made.created;
    showSheet(desk, { backup, key: hand.key, go: () => leave(request, answer) });
  }

  async function withExtension(second) {
    const hand = byExtension({ config, address: await account() });
    const whole = message(hand.key.wallet);
    const signature = await hand.sign(whole);
    leave(request, {
      values: { newOwner: hand.key.wallet },
      signatures: inOrder(signature, signOnce(config, second, whole)),
      key: hand.key,
    });
  }

  /** The contract wants the claim key's before the owner's, and the owner's before the link key's. */
  const inOrder = (own, other) => (act === "accept" ? [hex(own), other] : [other, hex(own)]);

  const begin = (way, control, waiting) => {
    const second = secondKey();
    if (second) attempt(desk, control, () => way(second), waiting);
  };
  const extension = () => begin(withExtension, null, "status.extension");
  const byKey = passkeys.length || canMake;
  const primary = byKey
    ? el("button", { class: "primary" }, say(canMake ? `press.${act}New` : `press.${act}`))
    : el("button", { class: "primary" }, say("press.extension"));
  const submit = (event) => {
    event.preventDefault();
    if (byKey) begin(withPasskey, primary);
    else extension();
  };
  const choose = (index) => {
    chosen = passkeys[index];
    below(check(say, config, [message(passkeyAddress({ ...chosen, blind }))]));
  };

  const offered = act === "accept" ? messages[0] : null;
  show(
    say(`act.${act}`),
    itemPlate(say, item),
    messageParts(say, [messages.at(-1)], request.words),
    offered && pairs(lines(say, { type: "Offer", values: said(offered.values) }, request.words), { class: "fields" }),
    siteLines(say, request.about),
    el(
      "form",
      { submit, novalidate: true },
      code?.part,
      passkeys.length > 1 && choice(say, passkeys, choose),
      canMake && el("p", { class: "help" }, say("hint.newPasskey")),
      el("div", { class: "ways" }, primary, cancel(say, request)),
    ),
    canMake && aside(say("press.haveOne"), () => leave(request, { needs: "sign_in" })),
    byKey && hasExtension() && aside(say("press.extension"), extension),
  );
  if (chosen) choose(0);
  else below(check(say, config, [messages.at(-1)]));
}

/** Of an offer by link: until when, and the words. Its recipient is a key that means nothing to a person. */
const said = ({ expiry, ref }) => ({ expiry, ref });

function linkSecret({ link, item, messages: [offer] }) {
  const key = linkKey(link.secret, link.code, item.id);
  if (addressOf(key) !== offer.values.recipient) throw new Refusal("otherDigits");
  return key;
}

function codeField(say) {
  const input = el("input", {
    id: "code",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-describedby": "code-hint code-wrong",
  });
  const wrong = el("p", { id: "code-wrong", class: "wrong", role: "alert" });
  const refuse = (sentence) => {
    input.setAttribute("aria-invalid", "true");
    wrong.textContent = sentence;
    complain("");
    input.focus();
    return null;
  };
  input.addEventListener("input", () => {
    input.removeAttribute("aria-invalid");
    wrong.textContent = "";
  });
  const part = el(
    "div",
    { class: "field" },
    el("label", { for: "code" }, say("hint.codeLabel")),
    el("p", { class: "help", id: "code-hint" }, say("hint.code")),
    input,
    wrong,
  );
  return { part, input, refuse };
}

function choice(say, passkeys, choose) {
  const select = el(
    "select",
    { id: "which", change: () => choose(Number(select.value)) },
    ...passkeys.map((key, index) =>
      el("option", { value: index }, key.label || say("hint.numbered", { number: index + 1 })),
    ),
  );
  return el("div", { class: "field" }, el("label", { for: "which" }, say("hint.which")), select);
}
