/** `remote_domain_get_info_ret` → `RemoteDomainGetInfoRet`; capitals inside words stay. */
export function pascalCase(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** `cpu_time` → `cpuTime`; names without underscores stay as they are. */
export function camelCase(name: string): string {
  const [first = "", ...rest] = name.split("_");
  return first + pascalCase(rest.join("_"));
}

/** `virDomainXMLFlags` → `["DOMAIN", "XML", "FLAGS"]`, `remote_auth_type` → `["REMOTE", "AUTH", "TYPE"]`. */
function typeWords(type: string): readonly string[] {
  const words = type.replace(/^vir(?=[A-Z])/, "").match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? [];
  return words.map((word) => word.toUpperCase());
}

/**
 * How many leading words of `name` speak of its type: words that the type's name has in the same order, where one
 * may be short for the other (`PARAM`, `PARAMETER`).
 */
function wordsOfType(name: readonly string[], type: string): number {
  const words = typeWords(type);
  let from = 0;
  let count = 1;
  for (const [index, word] of name.slice(1).entries()) {
    const found = words.findIndex(
      (other, at) => at >= from && (other.startsWith(word) || word.startsWith(other)),
    );
    if (found < 0) continue;
    from = found + 1;
    count = index + 2;
  }
  return count;
}

/**
 * The names that members of an enum get: without the words that all have in common. A single member has everything
 * in common with itself, so there it is the words of the type's name. A name never begins with a digit; rather it
 * keeps one more word.
 */
export function memberNames(type: string, members: readonly string[], prefix?: string): readonly string[] {
  const split = members.map((member) => member.split("_"));
  const [first = []] = split;
  let common = 0;
  if (prefix !== undefined) common = prefix.split("_").length;
  else if (members.length === 1) common = Math.min(wordsOfType(first, type), first.length - 1);
  else while (split.every((words) => words.length > common + 1 && words[common] === first[common])) common++;
  return split.map((words) => {
    const belongs = prefix === undefined || words.join("_").startsWith(`${prefix}_`);
    const from = belongs ? common : 1;
    const name = words.slice(from).join("_");
    return /^\d/.test(name) ? words.slice(from - 1).join("_") : name;
  });
}
