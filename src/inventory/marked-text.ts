/** A text of `!unsafe`: braces in it mean nothing. */
export class UnsafeText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** As `ansible-inventory` prints it. */
  toJSON(): unknown {
    return { __ansible_unsafe: this.text };
  }
}

/** A value of `!vault`. Its text is known once it is unlocked. */
export class VaultText {
  readonly cipher: string;
  #content: VaultContent = { problem: 'is encrypted with Ansible Vault and was not unlocked' };

  constructor(cipher: string) {
    this.cipher = cipher;
  }

  get content(): VaultContent {
    return this.#content;
  }

  open(content: VaultContent): void {
    this.#content = content;
  }

  /** As `ansible-inventory` prints it. */
  toJSON(): unknown {
    return { __ansible_vault: this.cipher };
  }
}

/** The content of a vault, or the reason why it is not readable: a phrase that follows the name of the value. */
export type VaultContent = { readonly text: string } | { readonly problem: string };

/** A reviver for `JSON.parse`: it restores marked texts from what `ansible-inventory` prints for them. */
export function reviveMarkedText(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('__ansible_vault' in value && typeof value.__ansible_vault === 'string') {
    return new VaultText(value.__ansible_vault);
  }
  if ('__ansible_unsafe' in value && typeof value.__ansible_unsafe === 'string') {
    return new UnsafeText(value.__ansible_unsafe);
  }
  return value;
}

/** Every vault value within a value. */
export function vaultTextsIn(value: unknown): readonly VaultText[] {
  if (value instanceof VaultText) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(vaultTextsIn);
}
