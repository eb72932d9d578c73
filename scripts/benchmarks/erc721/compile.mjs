// The creation code of Rival.sol, in hexadecimal, with the ledger's own compiler and its settings.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const solc = require("solc");
const input = {
  language: "Solidity",
  sources: { "Rival.sol": { content: readFileSync(new URL("Rival.sol", import.meta.url), "utf8") } },
  settings: {
    viaIR: true,
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "osaka",
    outputSelection: { "Rival.sol": { Rival: ["evm.bytecode.object"] } },
  },
};
const found = (path) => ({ contents: readFileSync(require.resolve(path), "utf8") });
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: found }));
const errors = (output.errors ?? []).filter((one) => one.severity === "error");
if (errors.length) throw new Error(errors.map((one) => one.formattedMessage).join("\n"));
process.stdout.write(output.contracts["Rival.sol"].Rival.evm.bytecode.object);
