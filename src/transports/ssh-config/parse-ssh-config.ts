/** The output of `ssh -G`: for each keyword, in lower case, the values of its lines. */
export type SshConfigValues = ReadonlyMap<string, readonly string[]>;

/** Never throws: lines of another shape are skipped. */
export function parseSshConfig(text: string): SshConfigValues {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^([A-Za-z][A-Za-z0-9]*) (.+?)\r?$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    const key = keyword.toLowerCase();
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return values;
}
