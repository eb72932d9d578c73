import { createRequire } from "node:module";

import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

// The compiler is the one npm installed: nothing is downloaded, and package-lock.json pins its hash.
const compiler = { version: "0.8.37", path: require.resolve("solc/soljson.js"), preferWasm: true };

export default defineConfig({
  solidity: {
    profiles: {
      default: {
        ...compiler,
        settings: {
          viaIR: true,
          optimizer: { enabled: true, runs: 200 },
          evmVersion: "osaka",
          metadata: { bytecodeHash: "none" },
        },
      },
    },
    splitTestsCompilation: true,
  },
  paths: { sources: "contracts", tests: { solidity: "tests/contracts" } },
});
