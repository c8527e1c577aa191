/** The Postgres master keeps the promises of the master port. */

import { serverConformance } from "./server_conformance.ts";

await serverConformance("postgres", "directly");
