// The backup sheet of a new owner: shown once, printed or saved by the person, sent nowhere.

import { hex } from "./bytes.js";
import { sheetLine } from "./hands.js";
import { button, el, pairs, picture, show, tell } from "./view.js";
import { correction, generate, toSvgPath } from "./vendor/qr.js";

/** Show it; `go` takes the person on. */
export function showSheet({ say, request }, { backup, key, go }) {
  const { item } = request;
  const line = sheetLine({ backup, ...key });
  const code = generate(line, { minCorrectionLevel: correction.M });
  const rows = [
    [say("backup.x"), key.x],
    [say("backup.y"), key.y],
    [say("backup.blind"), key.blind],
    [say("backup.owner"), key.address],
    [say("item.serial"), item.serial],
    [say("item.gtin"), item.gtin],
    [say("item.brand"), String(item.brand)],
    [say("backup.made"), say.date(Date.now() / 1000)],
  ];
  show(
    say("act.backup"),
    el(
      "section",
      { class: "plate sheet" },
      el("p", { class: "called" }, el("bdi", {}, item.name || item.serial)),
      el("p", {}, say("backup.what")),
      el("p", {}, say("backup.when")),
      picture(toSvgPath(code), code.size, say("backup.qr")),
      el("p", { class: "soft" }, say("backup.key")),
      el("p", { class: "groups", id: "backup-key" }, grouped(hex(backup))),
      pairs(rows, { class: "exact" }),
    ),
    el("p", { class: "note" }, say("backup.nowhere")),
    el(
      "div",
      { class: "ways" },
      button(say("press.print"), () => window.print(), { class: "second" }),
      button(say("press.save"), () => save(say, item, [item.name, ...text(say, backup, rows), line]), {
        class: "second",
      }),
      button(
        say("press.continue"),
        () => {
          tell(say("status.leaving"));
          go();
        },
        { class: "primary" },
      ),
    ),
  );
}

/** 0x and eight characters at a time, as a person copies them. */
const grouped = (text) => ["0x", ...text.slice(2).match(/.{8}/g)].join(" ");

const text = (say, backup, rows) => [
  say("backup.what"),
  say("backup.when"),
  "",
  `${say("backup.key")}: ${hex(backup)}`,
  ...rows.map(([label, value]) => `${label}: ${value}`),
  "",
];

function save(say, item, lines) {
  const blob = new Blob([lines.join("\r\n"), "\r\n"], { type: "text/plain;charset=utf-8" });
  const address = URL.createObjectURL(blob);
  const name = `${say("backup.file")}-${item.serial.replace(/[^A-Za-z0-9]/g, "_")}.txt`;
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  tell(say("status.saved"));
}
