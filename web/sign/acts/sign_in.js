// Signing in, with any passkey of this page or with the ones the site names.

import { leave } from "../answer.js";
import { attempt } from "../attempt.js";
import { base64url } from "../bytes.js";
import { digest } from "../eip712.js";
import { cancel, check, messageParts, siteLines } from "../parts.js";
import { get, holds } from "../passkey.js";
import { Trouble } from "../trouble.js";
import { below, button, el, show } from "../view.js";

export function signIn(desk) {
  const { config, say, request } = desk;
  const [message] = request.messages;

  async function withPasskey() {
    const wanted = digest(config.domain, message.type, message.values);
    const named = request.keys.filter((key) => key.credential);
    const assertion = await get({ digest: wanted, rpId: config.rpId, allow: named.map((key) => key.credential) });
    const known = named.find((key) => key.credential === assertion.id);
    if (named.length && !known) throw new Trouble("otherKey");
    if (known && !holds(assertion, known, wanted)) throw new Trouble("doesNotHold");
    const { id, clientDataJSON, authenticatorData, signature, userHandle } = assertion;
    leave(request, {
      credential: {
        id,
        clientDataJSON: base64url(clientDataJSON),
        authenticatorData: base64url(authenticatorData),
        signature: base64url(signature),
        userHandle,
      },
    });
  }

  const primary = button(say("press.sign_in"), () => attempt(desk, primary, withPasskey), { class: "primary" });
  show(
    say("act.sign_in"),
    messageParts(say, [message], request.words),
    siteLines(say, request.about),
    el("div", { class: "ways" }, primary, cancel(say, request)),
  );
  below(check(say, config, [message]));
}
