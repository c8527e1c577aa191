/** The SQLite agent connection keeps the promises of the transport port. */

import { transportSpec } from "../../transports/mod.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { opener, runTransports } from "./conformance/run_transports.ts";

runTransports({
  name: "SQLite directly",
  async place() {
    const folder = await temporaryFolder();
    const spec = transportSpec(`sqlite:${folder.path}/agent.db?synchronous=normal`);
    return {
      open: opener(spec, "directly"),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
});
