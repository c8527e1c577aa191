/** The NATS agent connection keeps the promises of the transport port. */

import { natsTransports } from "./conformance/nats_transports.ts";

await natsTransports("directly");
