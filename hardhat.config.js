import { createRequire } from "node:module";

import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

// The compiler is the one npm installed: nothing is downloaded, and package-lock.json pins its hash.
const compiler = (runs) => ({
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
  settings: {
    viaIR: true,
    optimizer: { enabled: true, runs },
    evmVersion: "osaka",
    metadata: { bytecodeHash: "none" },
  },
});

export default defineConfig({
  solidity: {
    compilers: [compiler(200)],
    overrides: {
      // Small, and called for every passkey: all for speed. The ledger itself is near the size limit.
      "contracts/WebAuthnVerifier.sol": compiler(1_000_000),
    },
    splitTestsCompilation: true,
  },
  test: {
    solidity: {
      fuzz: { runs: 128, seed: process.env.TOUCHMARK_SEED ?? "0x746f7563686d61726b" },
      // The crowds draw everything from a seed: nothing is to be learnt from what lies in storage. A round of the long
      // run is no longer than this, because the runner keeps in memory what a round did.
      invariant: {
        ...(process.env.TOUCHMARK_LONG === "1" ? { runs: 100, depth: 500 } : { runs: 24, depth: 150 }),
        failOnRevert: true,
      },
    },
  },
  paths: { sources: "contracts", tests: { solidity: "tests/contracts" } },
});
