/** Masters and agent connections on servers with TLS: what is encrypted, and whom a node believes. */

import { deepStrictEqual as equal, match } from "node:assert/strict";
import type { JobMasterError } from "../../core/errors.ts";
import { masterSpec } from "../../storage/mod.ts";
import type { Master, MasterAdapter } from "../../storage/port.ts";
import { transportSpec } from "../../transports/mod.ts";
import type { TransportAdapter } from "../../transports/port.ts";
import { makeAuthority } from "../support/certificates.ts";
import { ownServer, willOwnServers } from "../support/servers/test_servers.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { KINDS, skipMissing } from "./server_place.ts";

await willOwnServers();
skipMissing("TLS");

/** Messages of both clients for whom they do not believe. */
const STRANGER = /unable to verify the first certificate/;
const OTHER_HOST = /does not match certificate's altnames/;

for (const kind of KINDS) {
  Deno.test(`${kind}: a certificate of the authority for the host of the URL is believed, and no other`, async () => {
    await using folder = await temporaryFolder();
    const [own, foreign] = [makeAuthority(), makeAuthority()];
    const file = async (name: string, content: string) => {
      await Deno.writeTextFile(`${folder.path}/${name}`, content);
      return `sslmode=verify-full&sslrootcert=${folder.path}/${name}`;
    };
    const trusting = await file("ca.pem", own.certificate);
    await using server = await ownServer(kind, { tls: own.certify("localhost") });
    const named = server.url.replace("127.0.0.1", "localhost");

    for (const url of [`${named}?${trusting}`, `${server.url}?sslmode=require`]) {
      await opens(url);
    }

    await refused(`${named}?${await file("other", foreign.certificate)}`, STRANGER);
    await refused(`${named}?sslmode=verify-full`, STRANGER);
    await invalid(`${named}?${await file("junk", "s3cret")}`, /junk".*certificates in PEM$/);
    await invalid(`${named}?${trusting}.none`, /ca\.pem\.none".*it must be readable: ENOENT/);
  });

  Deno.test(`${kind}: a certificate for another host is refused, though its authority is trusted`, async () => {
    await using folder = await temporaryFolder();
    const own = makeAuthority();
    await Deno.writeTextFile(`${folder.path}/ca.pem`, own.certificate);
    const trusting = `sslmode=verify-full&sslrootcert=${folder.path}/ca.pem`;
    await using server = await ownServer(kind, { tls: own.certify("db.example") });

    await refused(`${server.url.replace("127.0.0.1", "localhost")}?${trusting}`, OTHER_HOST);
    await opens(`${server.url}?sslmode=require`);
  });

  Deno.test(`${kind}: a server without TLS is refused when the URL wants it`, async () => {
    await using server = await ownServer(kind);

    await refused(`${server.url}?sslmode=require`, /not support (SSL|secure) connection/);
  });
}

if (KINDS.includes("postgres")) {
  Deno.test("postgres: a certificate for an address is believed at that address alone", async () => {
    await using folder = await temporaryFolder();
    const own = makeAuthority();
    await Deno.writeTextFile(`${folder.path}/ca.pem`, own.certificate);
    const trusting = `sslmode=verify-full&sslrootcert=${folder.path}/ca.pem`;
    await using server = await ownServer("postgres", { tls: own.certify("127.0.0.1") });

    await opens(`${server.url}?${trusting}`);
    await refused(`${server.url.replace("127.0.0.1", "localhost")}?${trusting}`, OTHER_HOST);
  });
}

/** Opens the address as a master and as an agent connection. */
async function opens(url: string): Promise<void> {
  const { module, options } = masterSpec(url);
  const { adapter } = await import(module) as { readonly adapter: MasterAdapter };
  await using master = await adapter.open(options);
  await answers(master);
  const agent = transportSpec(url);
  const agents = await import(agent.module) as { readonly adapter: TransportAdapter };
  await using transport = await agents.adapter.open(agent.options);
  equal(await transport.queues({ clusterId: "c-1", limit: 1 }), []);
}

async function answers(master: Master): Promise<void> {
  equal(await master.clusters.find({ clusterId: "c-1" }), null);
}

async function errorOf(url: string): Promise<JobMasterError> {
  return await opens(url).then(
    () => {
      throw new Error(`It connected: ${url}`);
    },
    (thrown: JobMasterError) => thrown,
  );
}

async function refused(url: string, expected: RegExp): Promise<void> {
  const error = await errorOf(url);
  match(error.message, expected);
  equal(error.code, "master_unavailable");
}

async function invalid(url: string, expected: RegExp): Promise<void> {
  const error = await errorOf(url);
  match(error.message, expected);
  equal([error.code, error.message.includes("s3cret")], ["configuration_invalid", false]);
}
