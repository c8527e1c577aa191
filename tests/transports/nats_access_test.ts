/** Who may connect to NATS: right secrets work, wrong ones and files end in one clear error. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { nkeys } from "@nats-io/transport-node";
import { eventually } from "../support/eventually.ts";
import { makeNatsAccounts } from "../support/nats_accounts.ts";
import { freePort } from "../support/servers/server_process.ts";
import type { OwnServer } from "../support/servers/server_kind.ts";
import { ownServer, sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { aMessage, filled, idsOf, receiveAll, receiveNone } from "./conformance/transport_case.ts";
import {
  carried,
  carries,
  file,
  invalid,
  login,
  opened,
  SECRET,
  unavailable,
} from "./nats_opening.ts";

const REFUSED = /Cannot use agent connection "nats:.*": Authorization Violation$/;

const nats = await sharedServer("nats");
if (nats.missing !== undefined) skipWithout("who may connect to NATS", nats);
else for (const register of [logins, files, servers]) register();

function logins(): void {
  Deno.test("NATS lets in user and password, and refuses a wrong one in words without it", async () => {
    const config = 'authorization { user: jo, password: "p@ss/w?rd" }';
    await using server = await ownServer("nats", { config });

    await carries(login(server, "jo:p%40ss%2Fw%3Frd"));

    await unavailable(login(server, `jo:${SECRET}`), REFUSED);
    await unavailable(server.url, REFUSED);
  });

  Deno.test("NATS lets in a token, before the host or as parameter, and refuses a wrong one", async () => {
    await using server = await ownServer("nats", { config: 'authorization { token: "t0ken" }' });

    await carries(login(server, "t0ken"));
    await carries(`${server.url}?token=t0ken`);

    await unavailable(login(server, SECRET), REFUSED);
    await unavailable(`${server.url}?token=${SECRET}`, REFUSED);
  });

  Deno.test("NATS refuses a login hundreds of times without an error that nobody catches", async () => {
    await using server = await ownServer("nats", { config: "authorization { token: right }" });

    for (let i = 0; i < 200; i++) await unavailable(login(server, SECRET), REFUSED);
  });
}

function files(): void {
  Deno.test("NATS lets in an nkey by its seed's file, and refuses another seed and other files", async () => {
    const [user, stranger] = [nkeys.createUser(), nkeys.createUser()];
    const config = `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`;
    await using server = await ownServer("nats", { config });
    await using folder = await temporaryFolder();
    const seedOf = (pair: typeof user) => new TextDecoder().decode(pair.getSeed());
    const url = (path: string) => `${server.url}?nkey=${path}`;

    await carries(url(await file(folder, "right", `${seedOf(user)}\n`)));

    await unavailable(url(await file(folder, "wrong", seedOf(stranger))), REFUSED);
    const rule = /it must hold the seed of an nkey$/;
    await invalid(url(await file(folder, "public", user.getPublicKey())), "public", rule);
    await invalid(url(await file(folder, "junk", SECRET)), "junk", rule);
    await invalid(url(`${folder.path}/none`), "none", /it must be readable: ENOENT/);
  });

  Deno.test("NATS lets in credentials by their file, and refuses those of another account and other files", async () => {
    const [own, foreign] = [makeNatsAccounts(), makeNatsAccounts()];
    await using server = await ownServer("nats", { config: own.config });
    await using folder = await temporaryFolder();
    const url = (path: string) => `${server.url}?creds=${path}`;

    await carries(url(await file(folder, "right", own.userCredentials())));

    await unavailable(url(await file(folder, "wrong", foreign.userCredentials())), REFUSED);
    await unavailable(server.url, REFUSED);
    await invalid(url(await file(folder, "junk", SECRET)), "junk", /it must be a credentials file/);
    await invalid(url(`${folder.path}/none`), "none", /it must be readable: ENOENT/);
  });
}

function servers(): void {
  Deno.test("NATS is found behind any of the servers of one URL", async () => {
    await using server = await ownServer("nats");
    const { host } = new URL(server.url);

    for (const hosts of [`127.0.0.1:1,${host}`, `${host},127.0.0.1:1`]) {
      await carries(`nats://${hosts}`);
    }
    await unavailable("nats://127.0.0.1:1,127.0.0.1:2", /connection refused$/);
  });

  Deno.test("NATS keeps the messages of two stream names apart", async () => {
    await using server = await ownServer("nats");
    await using one = await opened(`${server.url}?stream=one`);
    await using two = await opened(`${server.url}?stream=two`);

    await filled(one, [aMessage("m-1")]);
    await filled(two, []);

    await receiveNone(two);
    equal(idsOf(await receiveAll(one, 1)), ["m-1"]);
    ok(await one.fingerprint() !== await two.fingerprint());
  });

  Deno.test("NATS is in reach again after its users were wrong for a while", async () => {
    const port = freePort();
    const start = (token: string) =>
      ownServer("nats", { port, config: `authorization { token: ${token} }` });
    const reaches: boolean[] = [];
    let server = await start("right");
    await using transport = await opened(login(server, "right"));
    using _watch = transport.watchReach(({ available }) => void reaches.push(available));

    await ended(server);
    server = await start("wrong");
    await connectedTwice(server);
    equal(reaches, [false]);
    await ended(server);
    await using _right = await start("right");
    await eventually("the server to be in reach", () => reaches.at(-1) === true);

    await carried(transport);
    equal(reaches, [false, true]);
  });
}

async function ended(server: OwnServer): Promise<void> {
  await server.signal("SIGTERM");
  await server[Symbol.asyncDispose]();
}

/** Waits until the server has refused two logins: the client used to give up at the second. */
async function connectedTwice(server: OwnServer): Promise<void> {
  const ids: number[] = [];
  await eventually("two refused logins", async () => {
    ids.push(await clientNumber(server));
    return ids.at(-1)! - ids[0]! - (ids.length - 1) >= 2; // others than our own looks
  }, { everyMs: 100 });
}

/** The server counts its clients, and tells each newcomer its number. */
async function clientNumber({ url }: OwnServer): Promise<number> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const bytes = new Uint8Array(4_096);
  const length = await connection.read(bytes) ?? 0;
  const text = new TextDecoder().decode(bytes.subarray(0, length));
  return Number(/"client_id":(\d+)/.exec(text)![1]);
}
