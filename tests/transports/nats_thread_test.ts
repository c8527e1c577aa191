/** The NATS agent connection keeps the promises of the transport port behind its actor in a thread. */

import { natsTransports } from "./conformance/nats_transports.ts";

await natsTransports("in a thread");
