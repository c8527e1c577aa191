/**
 * The one error type, its codes, and errors as plain data.
 */

import { deepStrictEqual, doesNotThrow, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  codeOf,
  decodeError,
  type EncodedError,
  encodeError,
  ERROR_CODES,
  invariant,
  JobMasterError,
  MAX_CAUSES,
} from "../../core/errors.ts";
import { cyclicError, HOSTILE, throwingGetters } from "./support/hostile.ts";

function causesOf(encoded: EncodedError): readonly EncodedError[] {
  const { cause } = encoded;
  return cause === undefined ? [encoded] : [encoded, ...causesOf(cause)];
}

Deno.test("ERROR_CODES are different words in snake_case", () => {
  strictEqual(new Set(ERROR_CODES).size, ERROR_CODES.length);
  for (const code of ERROR_CODES) match(code, /^[a-z]+(_[a-z]+)*$/);
});

Deno.test("JobMasterError carries a code, and is neither retryable nor manifold by default", () => {
  const error = new JobMasterError("job_not_found", "Cannot find job");
  deepStrictEqual(
    [error.name, error.code, error.message, error.retryable, error.problems, error.cause],
    ["JobMasterError", "job_not_found", "Cannot find job", false, [], undefined],
  );
  ok(error instanceof Error);
});

Deno.test("invariant throws invariant_violated when the condition does not hold", () => {
  doesNotThrow(() => invariant(1, "no"));
  for (const condition of [false, 0, "", null, undefined]) {
    throws(() => invariant(condition, "Cannot be"), {
      code: "invariant_violated",
      message: "Cannot be",
    });
  }
});

Deno.test("codeOf answers the code of whatever carries one of the list", () => {
  strictEqual(codeOf(new JobMasterError("master_busy", "x")), "master_busy");
  strictEqual(codeOf({ code: "lease_lost" }), "lease_lost");
  strictEqual(codeOf(Object.assign(new Error("x"), { code: "timed_out" })), "timed_out");
});

Deno.test("codeOf answers internal for everything else, and never throws", () => {
  for (const [what, thrown] of Object.entries(HOSTILE)) {
    strictEqual(codeOf(thrown), "internal", what);
  }
  strictEqual(codeOf({ code: "ENOENT" }), "internal");
  strictEqual(codeOf({ code: 7 }), "internal");
  strictEqual(codeOf(Object.assign(() => 1, { code: "timed_out" })), "internal");
});

Deno.test("encodeError keeps name, text, code, problems and causes", () => {
  const cause = new TypeError("refused");
  const error = new JobMasterError("master_busy", "Cannot reach", {
    retryable: true,
    problems: ["a", "b"],
    cause,
  });
  deepStrictEqual(encodeError(error), {
    name: "JobMasterError",
    message: "Cannot reach",
    code: "master_busy",
    retryable: true,
    problems: ["a", "b"],
    stack: error.stack,
    cause: {
      name: "TypeError",
      message: "refused",
      code: "internal",
      retryable: false,
      problems: [],
      stack: cause.stack,
    },
  });
});

Deno.test("encodeError makes plain data of anything, and never throws", () => {
  for (const [what, thrown] of Object.entries(HOSTILE)) {
    const encoded = encodeError(thrown);
    deepStrictEqual(structuredClone(encoded), encoded, what);
    for (const each of causesOf(encoded)) {
      ok(ERROR_CODES.includes(each.code), what);
      ok([each.name, each.message].every((text) => typeof text === "string"), what);
    }
  }
  fc.assert(fc.property(fc.anything({ withBigInt: true }), (thrown) => {
    deepStrictEqual(Object.keys(encodeError(thrown)).slice(0, 3), ["name", "message", "code"]);
  }));
});

Deno.test("encodeError says what was thrown when it is no error", () => {
  const said = (thrown: unknown) => {
    const { name, message } = encodeError(thrown);
    return [name, message];
  };
  deepStrictEqual(said("plain"), ["Thrown", "plain"]);
  deepStrictEqual(said(0), ["Thrown", "0"]);
  deepStrictEqual(said(undefined), ["Thrown", "Nothing was thrown"]);
  deepStrictEqual(said(null), ["Thrown", "Nothing was thrown"]);
  deepStrictEqual(said(""), ["Thrown", "Nothing was thrown"]);
  deepStrictEqual(said(Symbol("s")), ["Thrown", "Symbol(s)"]);
  deepStrictEqual(said({}), ["Error", "No message"]);
  deepStrictEqual(said(new Error("")), ["Error", "No message"]);
  deepStrictEqual(said(throwingGetters()), ["Error", "No message"]);
});

Deno.test("encodeError keeps at most 8 links when causes go in a circle", () => {
  strictEqual(MAX_CAUSES, 8);
  strictEqual(causesOf(encodeError(cyclicError())).length, 8);
});

Deno.test("encodeError keeps a thrown cause that is no error, and no cause that is null", () => {
  const causeOf = (cause: unknown) => encodeError(new Error("x", { cause })).cause?.message;
  strictEqual(causeOf("because"), "because");
  strictEqual(causeOf(0), "0");
  strictEqual(causeOf(null), undefined);
  strictEqual(causeOf(undefined), undefined);
});

Deno.test("encodeError keeps at most 100 problems", () => {
  const problems = Array.from({ length: 150 }, (_, i) => `p${i}`);
  deepStrictEqual(encodeError({ problems }).problems, problems.slice(0, 100));
  deepStrictEqual(encodeError({ problems: "many" }).problems, []);
});

Deno.test("decodeError rebuilds an error that encodes to the same data", () => {
  const texts = fc.string({ minLength: 1 });
  const errors = fc.record({
    code: fc.constantFrom(...ERROR_CODES),
    message: texts,
    retryable: fc.boolean(),
    problems: fc.array(texts),
    stack: texts,
  });
  fc.assert(fc.property(fc.array(errors, { minLength: 1, maxLength: 8 }), (chain) => {
    const encoded = chain.reduceRight<EncodedError | undefined>(
      (cause, each) => ({ name: "JobMasterError", ...each, ...(cause && { cause }) }),
      undefined,
    );
    const rebuilt = decodeError(encoded!);
    ok(rebuilt instanceof JobMasterError);
    deepStrictEqual(encodeError(rebuilt), encoded);
  }));
});
