/** A setting of an ansible.cfg. */
export interface AnsibleSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** Reads an ansible.cfg as Python's configparser reads it for Ansible. Lines without a meaning are skipped. */
export function readAnsibleCfg(text: string): readonly AnsibleSetting[] {
  const settings: AnsibleSetting[] = [];
  let section = '';
  let indent: number | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = withoutComment(raw);
    if (content.trim() === '') continue;
    const depth = content.search(/\S/);
    const last = settings.at(-1);
    // A line indented deeper than its key continues the value.
    if (indent !== undefined && last !== undefined && depth > indent) {
      settings[settings.length - 1] = { ...last, value: `${last.value} ${content.trim()}`.trim() };
      continue;
    }
    indent = undefined;
    const header = /^\[(.+)\]/.exec(content.trim())?.[1];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const separator = content.search(/[=:]/);
    const key = content.slice(0, Math.max(0, separator)).trim();
    if (key === '') continue;
    indent = depth;
    const value = content.slice(separator + 1).trim();
    settings.push({ section, key: key.toLowerCase(), value, line: index + 1 });
  }
  return settings;
}

function withoutComment(line: string): string {
  return /^\s*[#;]/.test(line) ? '' : line.replace(/\s;.*$/, '');
}
