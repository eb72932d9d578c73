// Whole sentences in the person's language.

import en from "./words/en.js";
import fr from "./words/fr.js";
import it from "./words/it.js";
import zh from "./words/zh-Hans.js";

export const LANGUAGES = { en, fr, it, "zh-Hans": zh };
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** The language asked for, else the browser's first that we speak, else English. */
export function language(asked, browsers = []) {
  for (const one of [asked, ...browsers]) {
    if (Object.hasOwn(LANGUAGES, one)) return one;
    const short = String(one).split("-")[0];
    if (short === "zh") return "zh-Hans";
    if (Object.hasOwn(LANGUAGES, short)) return short;
  }
  return "en";
}

/** `say(name, values)` and what else depends on the language. */
export function speaker(lang) {
  const words = LANGUAGES[lang];
  const dates = new Intl.DateTimeFormat(lang, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  const numbers = new Intl.NumberFormat(lang);
  const say = (name, values = {}) => {
    if (!Object.hasOwn(words, name)) throw new Error(`no words for ${name}`);
    return words[name].replace(/\{(\w+)\}/g, (_, place) => isolated(String(values[place])));
  };
  say.lang = lang;
  say.has = (name) => Object.hasOwn(words, name);
  say.date = (seconds) => dates.format(new Date(Number(seconds) * 1000));
  say.number = (number) => numbers.format(number);
  return say;
}

/** A name written from right to left must not turn the sentence around it (Unicode TR 9, 2.7). */
const isolated = (text) => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text);
