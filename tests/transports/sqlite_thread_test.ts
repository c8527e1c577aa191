/** The SQLite agent connection keeps the promises of the transport port behind its actor in a thread. */

import { transportSpec } from "../../transports/mod.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { opener, runTransports } from "./conformance/run_transports.ts";

runTransports({
  name: "SQLite in a thread",
  async place() {
    const folder = await temporaryFolder();
    const spec = transportSpec(`sqlite:${folder.path}/agent.db?synchronous=normal`);
    return {
      open: opener(spec, "in a thread"),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
});
