/**
 * Cuts the connection in the middle of a transaction, 100 times in different places, and prints how many calls came through.
 * Arguments: the kind of server, the address of its database, which has the table of the scene.
 */

import { fixed } from "../../../../storage/sql/session.ts";
import { TcpProxy } from "../../../support/tcp_proxy.ts";
import { ADD, commitOf, LOCK, openAt } from "../place.ts";

const [kind, address] = Deno.args as ["postgres" | "mysql", string];
const url = new URL(address);
const CUTS = 100;
const WAIT = fixed(kind === "postgres" ? "SELECT pg_sleep(0.005)" : "SELECT SLEEP(0.005)");

{
  await using proxy = TcpProxy.before(address);
  url.port = String(proxy.port);
  await using server = await openAt(kind, url.href, { surroundings: { patienceMs: 60_000 } });
  let done = 0;
  for (let round = 0; proxy.cutCount < CUTS; round++) {
    let isFirst = true;
    await server.write(async (transaction) => {
      const cut = isFirst && proxy.cutCount < CUTS;
      isFirst = false;
      const place = round % 5;
      if (cut && place === 0) proxy.cutAll(); // before anything is sent
      await transaction.rows(LOCK, ["nothing"]);
      if (cut && place === 1) proxy.cutAll(); // between two statements
      const answers = [transaction.run(ADD, [`a-${round}`, 1]), transaction.rows(WAIT)];
      if (cut && place === 2) proxy.cutAll(); // while the server is at it
      await Promise.all(answers);
      if (cut && place === 3) {
        proxy.cuts.push({ direction: "up", needle: commitOf(kind), fault: "lost" });
      }
      if (cut && place === 4) proxy.cuts.push({ direction: "down", needle: "", fault: "lost" });
      transaction.last(ADD, [`b-${round}`, 1]);
    });
    done++;
  }
  console.log(done);
}
