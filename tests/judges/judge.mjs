// Reads one JSON value from standard input, writes `answer(value)` as JSON to standard output.
import { text } from "node:stream/consumers";

export async function judge(answer) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(await text(process.stdin)))));
}
