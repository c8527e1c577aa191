/**
 * Visits every place where a file names another module: imports, re-exports, `import()` and import types.
 *
 * @module
 */

/** Calls `visit` with each module a file names in a literal, and the node that names it. */
export function visitImports(
  visit: (specifier: string, node: Deno.lint.Node) => void,
): Deno.lint.LintVisitor {
  const declaration = (node: Declaration): void => {
    if (node.source) visit(node.source.value, node);
  };
  return {
    ImportDeclaration: declaration,
    ExportAllDeclaration: declaration,
    ExportNamedDeclaration: declaration,
    ImportExpression(node) {
      const specifier = literalText(node.source);
      if (specifier !== undefined) visit(specifier, node);
    },
    TSImportType(node) {
      const { argument } = node;
      const specifier = argument.type === "TSLiteralType"
        ? literalText(argument.literal)
        : undefined;
      if (specifier !== undefined) visit(specifier, node);
    },
  };
}

type Declaration =
  | Deno.lint.ImportDeclaration
  | Deno.lint.ExportAllDeclaration
  | Deno.lint.ExportNamedDeclaration;

function literalText(node: Deno.lint.Node): string | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.cooked;
}
