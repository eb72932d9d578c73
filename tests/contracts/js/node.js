// A local chain of its own for each run: free port, random chain id, gone afterwards.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { JsonRpcProvider, Network } from "ethers";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** @returns {Promise<{provider: JsonRpcProvider, stop: () => void}>} */
export async function startNode(options = []) {
  const [port, chainId] = [await freePort(), randomInt(2 ** 31, 2 ** 32)];
  // The program itself, not npm's wrapper: a wrapper that is killed leaves the node running.
  const machine = { x64: "amd64", arm64: "arm64" }[process.arch];
  const anvil = join(root, "node_modules", "@foundry-rs", `anvil-${process.platform}-${machine}`, "bin", "anvil");
  const child = spawn(
    anvil,
    ["--port", port, "--chain-id", chainId, "--hardfork", "osaka", "--enable-tx-gas-limit", "--host", "127.0.0.1", ...options].map(
      String,
    ),
    { stdio: "ignore" },
  );
  process.on("exit", () => child.kill("SIGKILL"));
  const network = Network.from(chainId);
  const provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, network, { staticNetwork: network, cacheTimeout: -1 });
  for (let tries = 0; ; ++tries) {
    try {
      await provider.send("eth_chainId", []);
      break;
    } catch (error) {
      if (tries === 100 || child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    provider,
    chainId,
    stop: () => {
      provider.destroy();
      child.kill();
    },
  };
}
