/**
 * The life of a bucket, and its colours.
 */

import { deepStrictEqual } from "node:assert/strict";
import {
  BUCKET_COLORS,
  BUCKET_STATUSES,
  BUCKET_TRANSITIONS,
  type BucketStatus,
  isLegalBucketStep,
} from "../../core/bucket.ts";
import { assertSteps } from "./support/step_table.ts";

const STEPS: Readonly<Record<BucketStatus, string>> = {
  Active: "Completing Lost",
  Completing: "Lost ReadyToDelete",
  Lost: "ReadyToDrain",
  ReadyToDrain: "Draining Lost",
  Draining: "ReadyToDelete Lost",
  ReadyToDelete: "",
};

Deno.test("BUCKET_TRANSITIONS is complete, closed and exactly the life of a bucket", () => {
  assertSteps({
    statuses: BUCKET_STATUSES,
    table: BUCKET_TRANSITIONS,
    isLegal: isLegalBucketStep,
    expected: STEPS,
  });
});

Deno.test("a bucket is lost from every status in which it has an owner", () => {
  deepStrictEqual(
    BUCKET_STATUSES.filter((from) => isLegalBucketStep(from, "Lost")),
    ["Active", "Completing", "ReadyToDrain", "Draining"],
  );
});

Deno.test("a deletable bucket is never brought back, and no bucket becomes Active again", () => {
  deepStrictEqual(BUCKET_TRANSITIONS.ReadyToDelete, []);
  deepStrictEqual(BUCKET_STATUSES.filter((from) => isLegalBucketStep(from, "Active")), []);
});

Deno.test("a lost bucket is drained before it may be deleted", () => {
  deepStrictEqual(
    BUCKET_STATUSES.filter((from) => isLegalBucketStep(from, "ReadyToDelete")),
    ["Completing", "Draining"],
  );
  deepStrictEqual(BUCKET_TRANSITIONS.Lost, ["ReadyToDrain"]);
});

Deno.test("BUCKET_COLORS are the twelve of the palette", () => {
  deepStrictEqual(BUCKET_COLORS, {
    Red: "#FF0000",
    Brown: "#A52A2A",
    DarkBlue: "#00008B",
    Teal: "#008080",
    SkyBlue: "#87CEEB",
    Olive: "#808000",
    Green: "#228B22",
    Tomato: "#FF6347",
    Blue: "#0000FF",
    Purple: "#800080",
    Pink: "#FF1493",
    Charcoal: "#36465F",
  });
});
