// A first passkey for the site. Its making is bound to the Join message: that is its challenge.

import { leave } from "../answer.js";
import { attempt } from "../attempt.js";
import { digest } from "../eip712.js";
import { cancel, check, messageParts, siteLines } from "../parts.js";
import { create } from "../passkey.js";
import { below, button, el, show } from "../view.js";

export function join(desk) {
  const { config, say, request } = desk;
  const [message] = request.messages;

  async function withPasskey() {
    const { created } = await makePasskey(config, request, message);
    leave(request, { created });
  }

  const primary = button(say("press.join"), () => attempt(desk, primary, withPasskey), { class: "primary" });
  show(
    say("act.join"),
    messageParts(say, [message], request.words),
    siteLines(say, request.about),
    el("div", { class: "ways" }, primary, cancel(say, request)),
  );
  below(check(say, config, [message]));
}

/** A new passkey, for this act and for those that make one on their way. */
export const makePasskey = (config, request, message) =>
  create({
    challenge: digest(config.domain, message.type, message.values),
    rpId: config.rpId,
    rpName: config.rpName,
    person: request.person,
    exclude: request.keys.filter((key) => key.credential).map((key) => key.credential),
  });
