// Whole sentences in the reader's language. A value of a sentence may be a sentence itself.

import en from "../words/en.js";
import fr from "../words/fr.js";
import it from "../words/it.js";
import zh from "../words/zh-Hans.js";

export const LANGUAGES = { en, fr, it, "zh-Hans": zh };
export const NAMES = { en: "English", fr: "Français", it: "Italiano", "zh-Hans": "简体中文" };

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

/** `say(name, values)`, `say.said({ name, values })`, and what else depends on the language. */
export function speaker(lang) {
  const words = LANGUAGES[lang];
  const locale = lang === "en" ? "en-GB" : lang;
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
  const say = (name, values = {}) => {
    if (!Object.hasOwn(words, name)) throw new Error(`no words for ${name}`);
    return words[name].replace(/\{(\w+)\}/g, (_, place) => written(values[place]));
  };
  const written = (value) => (value !== null && typeof value === "object" ? say.said(value) : String(value));
  say.said = ({ name, values }) => say(name, values);
  say.lang = lang;
  say.has = (name) => Object.hasOwn(words, name);
  say.date = (seconds) => dates.format(new Date(seconds * 1000));
  say.day = (seconds) => days.format(new Date(seconds * 1000));
  return say;
}
