/** The job of `01_checksum_tree.ts`. */

import { createHash } from "node:crypto";
import { defineJob } from "@jobmaster/jobmaster";
import { z } from "zod";

/** Computes the SHA-256 and the size of one file, read piece by piece. */
export const checksum = defineJob(
  { id: "checksum", input: z.object({ path: z.string() }), maxRetries: 2 },
  async (job) => {
    const hash = createHash("sha256");
    let bytes = 0;
    using file = await Deno.open(job.data.path);
    for await (const piece of file.readable) {
      job.signal.throwIfAborted();
      hash.update(piece);
      bytes += piece.byteLength;
    }
    return { sha256: hash.digest("hex"), bytes };
  },
);
