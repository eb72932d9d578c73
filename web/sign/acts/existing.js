// Signing with a key that there is already: statements, an offer, a proof of possession, an acceptance
// under one's own key.

import { leave } from "../answer.js";
import { attempt } from "../attempt.js";
import { base64url, hex } from "../bytes.js";
import { linkKey, sixDigits } from "../codes.js";
import { structHash } from "../eip712.js";
import { byExtension, byPaper, byPasskey, readPaper, signersPasskeys } from "../hands.js";
import { addressOf } from "../keys.js";
import { aside, cancel, check, itemPlate, messageParts, siteLines } from "../parts.js";
import { Refusal, Trouble } from "../trouble.js";
import { below, button, complain, el, show, tell } from "../view.js";
import { account, hasExtension } from "../wallet.js";

/** What each act signs and answers beside signatures and key: { messages, shown, signer, answer, extra }. */
const TASKS = {
  sign: ({ messages, signer }) => ({ messages, signer }),
  offer: offerTask,
  accept: acceptTask,
  prove: ({ messages, signer }) => ({ messages, signer }),
};

function offerTask({ messages, signer, item }) {
  const [offer] = messages;
  if (offer.values.recipient) return { messages, signer, answer: { values: { recipient: offer.values.recipient } } };
  const secret = crypto.getRandomValues(new Uint8Array(16));
  const code = sixDigits();
  const recipient = addressOf(linkKey(secret, code, item.id));
  const whole = { type: "Offer", values: { ...offer.values, recipient } };
  return {
    messages: [whole],
    shown: messages,
    signer,
    answer: { values: { recipient }, keep: { secret: base64url(secret), code } },
  };
}

function acceptTask({ messages: [offer, accept] }) {
  const newOwner = offer.values.recipient;
  return {
    messages: [accepting(offer, accept, newOwner)],
    signer: newOwner,
    answer: { values: { newOwner } },
  };
}

/** The acceptance of an offer; where the site named the offer itself, it has to be this one. Throws Refusal. */
export function accepting(offer, accept, newOwner) {
  const hash = hex(structHash("Offer", offer.values));
  const { offer: named = hash, newOwner: chosen = newOwner, head } = accept.values;
  if (named !== hash || chosen !== newOwner) throw new Refusal("otherKind");
  return { type: "Accept", values: { offer: hash, newOwner, head } };
}

export function existing(desk) {
  const { config, say, request } = desk;
  const { messages, shown = messages, signer, answer = {} } = TASKS[request.act](request);
  const [passkey] = signersPasskeys({ keys: request.keys, signer });
  const byWallet = request.keys.some((key) => key.wallet === signer);
  const signatures = [];

  async function signNext(hand) {
    signatures.push(hex(await hand.sign(messages[signatures.length])));
    if (signatures.length < messages.length) {
      tell(say("hint.signed", { number: signatures.length, count: messages.length }));
      return false;
    }
    leave(request, { ...answer, signatures, key: hand.key });
    return true;
  }

  const label = () =>
    messages.length > 1
      ? say("press.signOf", { number: signatures.length + 1, count: messages.length })
      : say(`press.${request.act}`);

  async function withPasskey(control) {
    if (!(await signNext(byPasskey({ config, key: passkey })))) control.textContent = label();
  }

  async function withExtension() {
    const address = await account();
    if (address !== signer) throw new Trouble("otherAccount");
    const hand = byExtension({ config, address });
    while (!(await signNext(hand)));
  }

  const extension = () => attempt(desk, null, withExtension, "status.extension");

  function keyWays() {
    const primary = passkey
      ? button(label(), () => attempt(desk, primary, () => withPasskey(primary)), { class: "primary" })
      : byWallet && hasExtension()
        ? button(label(), extension, { class: "primary" })
        : null;
    if (!primary) return paperWays();
    return [
      el("div", { class: "ways" }, primary, refusing(), cancel(say, request)),
      passkey && hasExtension() && byWallet && aside(say("press.extension"), extension),
      aside(say("press.paper"), () => screen(paperWays)),
    ];
  }

  function paperWays() {
    const field = el("textarea", {
      id: "paper",
      rows: 4,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-describedby": "paper-hint",
    });
    const press = async (event) => {
      event.preventDefault();
      const read = readPaper(field.value, { keys: request.keys, signer });
      field.setAttribute("aria-invalid", String(Boolean(read.wrong)));
      if (read.wrong) {
        complain(say(`paper.${read.wrong}`));
        return field.focus();
      }
      const hand = byPaper({ config, ...read });
      return attempt(desk, null, async () => {
        while (!(await signNext(hand)));
      });
    };
    return [
      !passkey && byWallet && !hasExtension() && el("p", { class: "help" }, say("hint.noExtension")),
      el(
        "form",
        { submit: press, novalidate: true },
        el("label", { for: "paper" }, say("hint.paperLabel")),
        el("p", { class: "help", id: "paper-hint" }, say("hint.paper")),
        field,
        el(
          "div",
          { class: "ways" },
          el("button", { class: "primary" }, say("press.paperSign")),
          refusing(),
          cancel(say, request),
        ),
      ),
      passkey && aside(say("press.passkeyInstead"), () => screen(keyWays)),
      !passkey && byWallet && hasExtension() && aside(say("press.extension"), () => screen(keyWays)),
    ];
  }

  const refusing = () =>
    request.act === "prove" &&
    button(say("press.notSelling"), () => leave(request, { not_selling: true }), { class: "second" });

  function screen(ways) {
    show(
      say(`act.${request.act}`),
      request.act === "prove" && proofWords(say, messages[0].values.words),
      itemPlate(say, request.item),
      messageParts(say, shown, request.words),
      siteLines(say, request.about),
      ways(),
    );
    below(check(say, config, messages));
  }

  if (!passkey && !byWallet && !request.keys.some((key) => key.x)) throw new Refusal("noKey");
  screen(keyWays);
}

const proofWords = (say, words) =>
  el(
    "section",
    { class: "plate compare" },
    el("p", {}, say("hint.compare")),
    el("p", { class: "words" }, el("bdi", {}, words)),
    el("p", { class: "note" }, say("hint.selling")),
  );
