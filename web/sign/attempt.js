// One press of a button that asks a device: nothing else can be pressed meanwhile,
// and a try that fails can be repeated.

import { Refusal, Trouble } from "./trouble.js";
import { complain, hold, tell } from "./view.js";

/**
 * Do `work` for the press of `control`. What a device or a person refused is said, and the button says “Try again”.
 * `waiting` names the sentence that is said meanwhile.
 */
export async function attempt(desk, control, work, waiting = "status.waiting") {
  const { say, request, refuse } = desk;
  const free = hold();
  tell(say(waiting));
  try {
    if (request.expires <= Date.now() / 1000) throw new Refusal("expired");
    await work();
  } catch (error) {
    const { back, errand, lang } = request;
    if (error instanceof Refusal) return refuse(Object.assign(error, { back, errand, lang }));
    if (!(error instanceof Trouble)) console.error(error);
    complain(error instanceof Trouble ? said(say, error) : say("trouble.unexpected"));
    if (control) control.textContent = say("press.again");
  } finally {
    free();
  }
}

const said = (say, { sentence, values }) => say(sentence.includes(".") ? sentence : `trouble.${sentence}`, values);
