/** The MySQL master keeps the promises of the master port in a thread of its own, where nodes have it. */

import { serverConformance } from "./server_conformance.ts";

await serverConformance("mysql", "in a thread");
