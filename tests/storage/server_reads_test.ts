/**
 * What a server shows of jobs right after they were stored. MariaDB at times misses all entries of indexes over virtual
 * columns while several such tables are busy.
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { loadAdapter, masterSpec } from "../../storage/mod.ts";
import { Scene } from "../conformance/scene.ts";
import { type Kind, KINDS, openPlace, skipMissing } from "./server_place.ts";

skipMissing("jobs listed as soon as they are stored");

const DATABASES = 4;
const ROUNDS = 20;
const STATUSES = ["Queued", "Processing", "AssignedToBucket", "Succeeded"] as const;

for (const kind of KINDS) {
  Deno.test(`${kind}: jobs are listed as soon as they are stored`, async () => {
    await Promise.all(Array.from({ length: DATABASES }, () => storeAndList(kind)));
  });
}

async function storeAndList(kind: Kind): Promise<void> {
  await using place = await openPlace(kind);
  const spec = masterSpec(place.url);
  await using master = await (await loadAdapter(spec)).open(spec.options);
  const scene = await Scene.open(master);
  const sort = { by: "createdAt", direction: "asc" } as const;
  const filter = { bucketId: scene.bucket.id };
  const request = { clusterId: scene.clusterId, filter, sort, cursor: null, limit: 200 };
  const wanted = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const status of [...STATUSES, ...STATUSES, ...STATUSES]) {
      const { id } = await scene.inStatus(status, { id: crypto.randomUUID() });
      if (status !== "Succeeded") wanted.add(id);
    }
    const { items } = await master.queries.list(request);
    equal(new Set(items.map(({ id }) => id)), wanted);
  }
}
