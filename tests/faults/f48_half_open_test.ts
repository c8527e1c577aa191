/** Ways that carry what is sent to a server and none of its answers: calls end by their deadline, and all is well afterwards. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { openNatsTransport } from "../../transports/nats.ts";
import { natsAddress } from "../../transports/nats/options.ts";
import { AGENT_KINDS, openAgentPlace } from "../agents/agent_place.ts";
import { RAISE } from "../storage/sql/place.ts";
import { add, amountOf, openScene, serverTest } from "../storage/sql/scene.ts";
import { eventually } from "../support/eventually.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { aMessage, QUEUE } from "../transports/conformance/transport_case.ts";
import { PATIENTLY } from "./support/broken_way.ts";

serverTest(
  "F48: a master that hears and is not heard ends calls, and does at most once what they asked",
  async (kind) => {
    await using scene = await openScene(kind, {
      options: { statementTimeoutMs: 1_000 },
      surroundings: { patienceMs: 1_000 },
    });
    const { proxy, server } = scene;
    await add(server, "counter");
    const raise = () => server.write((transaction) => transaction.run(RAISE, ["counter"]));
    await raise();

    proxy.isMute = true;
    await rejects(raise(), { code: "master_unavailable", retryable: true });
    await rejects(server.read((session) => amountOf(session, "counter")), {
      code: "master_unavailable",
      retryable: true,
    });
    proxy.isMute = false;
    await eventually("a call to come through", async () => await raise() === 1, PATIENTLY);

    const amount = await server.read((session) => amountOf(session, "counter"));
    ok([2, 3].includes(amount), `${amount}`); // what failed may have taken place, once
  },
);

Deno.test({
  name: "F48: NATS that hears and is not heard is given up and connected to anew",
  ignore: !AGENT_KINDS.includes("nats"),
}, async () => {
  await using place = await openAgentPlace("nats");
  await using proxy = TcpProxy.before(place.url);
  const url = new URL(place.url);
  url.port = String(proxy.port);
  await using transport = await openNatsTransport(natsAddress(url.href));
  const told: boolean[] = [];
  using _watch = transport.watchReach(({ available }) => told.push(available));
  const { clusterId, bucketId } = QUEUE;
  const push = async () => {
    await transport.push({ clusterId, messages: [aMessage("m-1")] });
    return true;
  };

  proxy.isMute = true;
  await rejects(push(), { code: "transport_unavailable", retryable: true });
  await eventually("it to be given up", () => told.at(-1) === false, PATIENTLY);
  proxy.isMute = false;

  await eventually("a push to arrive", push, PATIENTLY);
  equal(await transport.queues({ clusterId, limit: 10 }), [bucketId]);
  equal(told, [false, true]);
});
