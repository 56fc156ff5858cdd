/**
 * Value of a cookie in a `Cookie` header; `undefined` when it is missing or there are several of the name, which
 * happens only when another host of the same domain planted one.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
