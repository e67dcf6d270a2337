/** A setting of an ansible.cfg. */
export interface AnsibleSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** What an ansible.cfg says, read as Python's configparser reads it for Ansible. A line that means nothing is passed over. */
export function readAnsibleCfg(text: string): readonly AnsibleSetting[] {
  const settings: AnsibleSetting[] = [];
  let section = '';
  let indent: number | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = withoutComment(raw);
    if (content.trim() === '') continue;
    const depth = content.search(/\S/);
    const last = settings.at(-1);
    // A line that stands further in than its key goes on with the value.
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
    const [, key, value = ''] = /^\s*([^\s=:].*?)\s*[=:]\s*(.*)$/.exec(content) ?? [];
    if (key === undefined) continue;
    indent = depth;
    settings.push({ section, key: key.toLowerCase(), value: value.trim(), line: index + 1 });
  }
  return settings;
}

function withoutComment(line: string): string {
  return /^\s*[#;]/.test(line) ? '' : line.replace(/\s;.*$/, '');
}
