/**
 * How long a lease is trusted.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_LEASE, trustedUntil } from "../../core/lease.ts";

Deno.test("DEFAULT_LEASE is 30 s, renewed every 10 s, let go 3 s early", () => {
  deepStrictEqual(DEFAULT_LEASE, { leaseMs: 30_000, renewMs: 10_000, marginMs: 3_000 });
});

Deno.test("trustedUntil counts from the moment the renewal was sent and lets go a margin early", () => {
  strictEqual(trustedUntil(1_000, DEFAULT_LEASE), 28_000);
  strictEqual(trustedUntil(0, { leaseMs: 5_000, renewMs: 1_000, marginMs: 500 }), 4_500);
});

Deno.test("trustedUntil outlives two failed renewals of the default lease", () => {
  ok(trustedUntil(0, DEFAULT_LEASE) > 2 * DEFAULT_LEASE.renewMs);
});

Deno.test("trustedUntil ends before the master's grant, which counts from a later moment", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 1e9 }),
    fc.integer({ min: 0, max: 60_000 }),
    fc.integer({ min: 1_000, max: 600_000 }),
    (sentAtMs, travelMs, leaseMs) => {
      const lease = { leaseMs, renewMs: leaseMs / 3, marginMs: leaseMs / 10 };
      ok(trustedUntil(sentAtMs, lease) < sentAtMs + travelMs + leaseMs);
    },
  ));
});
