/**
 * Replaces `$(NAME)` by the variable's value; unknown names stay as they are, `$$(NAME)` stands for `$(NAME)`.
 * Upstream: third_party/forked/golang/expansion.
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, rest: string, name: string) => {
    if (rest === '$') return '$'
    return variables.get(name) ?? whole
  })
}
