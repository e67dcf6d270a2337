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

/** A value of `!vault`. What it says is known once it was unlocked. */
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

/** What is in a vault, or why nobody knows: a phrase that follows the name of the value. */
export type VaultContent = { readonly text: string } | { readonly problem: string };

/** Every vault value within a value. */
export function vaultTextsIn(value: unknown): readonly VaultText[] {
  if (value instanceof VaultText) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(vaultTextsIn);
}
