import { Secrets } from '../model/secrets.ts';
import type { VaultContent } from './marked-text.ts';
import { vaultTextsIn } from './marked-text.ts';

/** A password of Ansible Vault. */
export interface VaultPassword {
  /** Label that vaults encrypted with it may carry: those are tried with it first. Default: none. */
  readonly id?: string | undefined;
  readonly password: string;
}

/** Opens vaults with the passwords of a run. */
export class VaultKeyring {
  readonly #passwords: readonly VaultPassword[];
  readonly #secrets: Secrets;
  readonly #opened = new Map<string, Promise<VaultContent>>();
  readonly #files = new Set<string>();

  /** Decrypted texts and the passwords themselves are added to `secrets`. */
  constructor(passwords: readonly VaultPassword[], secrets = new Secrets()) {
    this.#passwords = passwords;
    this.#secrets = secrets;
    for (const { password } of passwords) secrets.add(password);
  }

  /** Decrypts a vault, in a thread of its own. Never rejects. */
  async open(cipher: string): Promise<VaultContent> {
    const known = this.#opened.get(cipher);
    if (known !== undefined) return known;
    const opening = this.#decrypt(cipher.trim());
    this.#opened.set(cipher, opening);
    return opening;
  }

  /** Decrypts a file that is a vault as a whole, and keeps its name. */
  async openFile(file: string, text: string): Promise<VaultContent> {
    this.#files.add(file);
    return this.open(text);
  }

  /** The passwords and all texts that they have opened so far. */
  get secrets(): Secrets {
    return this.#secrets;
  }

  /** Names of the files that were vaults. */
  get files(): ReadonlySet<string> {
    return this.#files;
  }

  /** Opens every `!vault` value within a value, in parallel. Reading one that cannot be opened throws. */
  async unlock(value: unknown): Promise<void> {
    await Promise.all(
      vaultTextsIn(value).map(async (text) => {
        const content = await this.open(text.cipher);
        text.open(content);
        if ('text' in content) this.#secrets.add(content.text);
      }),
    );
  }

  async #decrypt(cipher: string): Promise<VaultContent> {
    const id = vaultHeader.exec(cipher)?.[1]?.trimEnd();
    if (!vaultHeader.test(cipher)) {
      return {
        problem:
          'is encrypted in a way that kvmplay does not know: $ANSIBLE_VAULT;1.1;AES256 and 1.2 are known',
      };
    }
    if (this.#passwords.length === 0) {
      return {
        problem:
          'is encrypted with Ansible Vault, and no password was given: --ask-vault-pass, --vault-password-file or --vault-id gives one',
      };
    }
    const { Vault } = await import('ansible-vault');
    const isOwn = (password: VaultPassword): boolean => id !== undefined && password.id === id;
    const inOrder = [...this.#passwords.filter(isOwn), ...this.#passwords.filter((other) => !isOwn(other))];
    for (const { password } of inOrder) {
      const text = await new Vault({ password }).decrypt(cipher, undefined).catch(() => undefined);
      if (text !== undefined) return { text };
    }
    const number = this.#passwords.length;
    const label = id === undefined ? '' : ` for vault id ${id}`;
    return {
      problem: `is encrypted with Ansible Vault${label}, and ${number === 1 ? 'the password that was given does not open it' : `none of the ${number} passwords that were given opens it`}`,
    };
  }
}

const vaultHeader = /^\$ANSIBLE_VAULT;1\.[12];AES256(?:;([^\r\n]+)|[ \t]*)\r?\n/;

/** True for a text that is a vault as a whole. */
export function isVault(text: string): boolean {
  return text.startsWith('$ANSIBLE_VAULT;');
}
