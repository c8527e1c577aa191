/** NATS over TLS: only a certificate of a trusted authority, for a host of the URL, is believed. */

import { makeAuthority } from "../support/certificates.ts";
import { ownServer, sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { carries, file, invalid, SECRET, unavailable } from "./nats_opening.ts";

const nats = await sharedServer("nats");
if (nats.missing !== undefined) skipWithout("NATS over TLS", nats);
else tests();

function tests(): void {
  Deno.test("NATS over TLS believes a certificate of its authority for the address of the URL", async () => {
    const authority = makeAuthority();
    await using server = await ownServer("nats", { tls: authority.certify("127.0.0.1") });
    await using folder = await temporaryFolder();
    const tls = server.url.replace("nats:", "tls:");
    const ca = await file(folder, "ca.pem", authority.certificate);

    await carries(`${tls}?ca=${ca}`);

    const stranger = await file(folder, "other.pem", makeAuthority().certificate);
    const unknown = /Cannot use agent connection "tls:.*": unable to verify the first certificate$/;
    await unavailable(`${tls}?ca=${stranger}`, unknown);
    await unavailable(tls, unknown);
    await unavailable(`${tls.replace("127.0.0.1", "localhost")}?ca=${ca}`, /localhost/);
    const junk = await file(folder, "junk", SECRET);
    await invalid(`${tls}?ca=${junk}`, "junk", /it must hold certificates in PEM$/);
    await invalid(`${tls}?ca=${folder.path}/none`, "none", /it must be readable: ENOENT/);
  });

  Deno.test("NATS over TLS is refused when its certificate names another host, localhost included", async () => {
    const authority = makeAuthority();
    await using folder = await temporaryFolder();
    const ca = await file(folder, "ca.pem", authority.certificate);
    for (const host of ["localhost", "nats.example", "10.0.0.1"]) {
      await using server = await ownServer("nats", { tls: authority.certify(host) });
      const tls = server.url.replace("nats:", "tls:");

      await unavailable(`${tls}?ca=${ca}`, /does not match certificate's altnames: IP: 127/);
      if (host === "localhost") await carries(`${tls.replace("127.0.0.1", host)}?ca=${ca}`);
    }
  });

  Deno.test("NATS without TLS is refused when the URL wants TLS", async () => {
    await using server = await ownServer("nats");

    await unavailable(server.url.replace("nats:", "tls:"), /server does not support 'tls'$/);
  });
}
