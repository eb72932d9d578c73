// The way back to the site. The answer travels in the fragment, which no server sees, and replaces this page in the
// history, so that the back button does not sign again.

import { base64url, utf8 } from "./bytes.js";

/** Leave with an answer; without an errand that can be believed, to the site's first page. */
export function leave({ back, errand }, answer) {
  if (!errand) return location.replace(`${back}/`);
  const text = JSON.stringify({ v: 1, errand, ...answer });
  return location.replace(`${back}/signed/${errand}#a=${base64url(utf8(text))}`);
}
