/** The MySQL master keeps the promises of the master port. */

import { serverConformance } from "./server_conformance.ts";

await serverConformance("mysql", "directly");
