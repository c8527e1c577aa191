/**
 * `house/no-swallow` and `house/ignore-reason`: what is ignored, an error or a rule, says why.
 *
 * @module
 */

/** `house/no-swallow`: an empty `catch` block or rejection handler carries a comment with its reason. */
export const noSwallow: Deno.lint.Rule = {
  create(context) {
    const isExplained = (node: Deno.lint.Node): boolean =>
      context.sourceCode.getCommentsInside(node).length > 0;
    const report = (node: Deno.lint.Node): void => {
      const hint = "Handle the error, or say in a comment why it does not matter.";
      context.report({ node, message: "The error is swallowed without a reason", hint });
    };
    return {
      CatchClause(node) {
        if (node.body.body.length === 0 && !isExplained(node.body)) report(node);
      },
      CallExpression(node) {
        const handler = rejectionHandler(node);
        if (handler && doesNothing(handler) && !isExplained(node)) report(handler);
      },
    };
  },
};

/** `house/ignore-reason`: `deno-lint-ignore` names its reason after ` -- `. */
export const ignoreReason: Deno.lint.Rule = {
  create(context) {
    return {
      Program() {
        for (const { value, range } of context.sourceCode.getAllComments()) {
          if (!/^\s*deno-lint-ignore/.test(value) || / -- \S/.test(value)) continue;
          const hint = "Write // deno-lint-ignore rule -- reason.";
          context.report({ range, message: "A lint rule is ignored without a reason", hint });
        }
      },
    };
  },
};

/** The function that receives the rejection in `x.catch(f)` or `x.then(g, f)`. */
function rejectionHandler({ callee, arguments: given }: Deno.lint.CallExpression) {
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  if (callee.property.name === "catch") return given[0];
  return callee.property.name === "then" ? given[1] : undefined;
}

function doesNothing(handler: Deno.lint.Node): boolean {
  if (handler.type !== "ArrowFunctionExpression" && handler.type !== "FunctionExpression") {
    return false;
  }
  const { body } = handler;
  if (body?.type === "BlockStatement") return body.body.length === 0;
  return body?.type === "Identifier" && body.name === "undefined";
}
