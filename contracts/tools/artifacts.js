// Writes what the application needs of a compiled contract, or with --check says whether it is what is committed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const target = join(root, "ledger", "chain", "artifacts");
const check = process.argv.includes("--check");

let stale = false;
for (const name of ["Touchmark", "WebAuthnVerifier"]) {
  const built = JSON.parse(readFileSync(join(root, "artifacts", "contracts", `${name}.sol`, `${name}.json`), "utf8"));
  const info = JSON.parse(readFileSync(join(root, "artifacts", "build-info", `${built.buildInfoId}.json`), "utf8"));
  const settings = info.input.settings;
  const text = `${JSON.stringify(
    {
      contract: name,
      compiler: {
        version: info.solcLongVersion,
        evmVersion: settings.evmVersion,
        optimizer: settings.optimizer,
        viaIR: settings.viaIR,
        metadata: settings.metadata,
      },
      abi: built.abi,
      bytecode: built.bytecode,
      deployedBytecode: built.deployedBytecode,
      immutableReferences: built.immutableReferences,
    },
    null,
    1,
  )}\n`;
  const file = join(target, `${name}.json`);
  if (check) {
    let committed = "";
    try {
      committed = readFileSync(file, "utf8");
    } catch {
      // missing counts as stale
    }
    if (committed !== text) {
      console.error(`${file} is not what the sources compile to: run scripts/contracts build`);
      stale = true;
    }
  } else {
    mkdirSync(target, { recursive: true });
    writeFileSync(file, text);
    console.log(`${name}: ${(built.deployedBytecode.length - 2) / 2} bytes of code`);
  }
}
process.exit(stale ? 1 : 0);
