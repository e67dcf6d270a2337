// Generated from src/cli: change that and run `npm run docs`.

/** What kvmplay.config.ts may hold: the long options of the command line. Paths are relative to the file. */
export interface KvmplayConfig {
  /** Inventory: a file (YAML, INI, JSON, an executable, TypeScript), a folder of such files, or hosts with a comma (kvm1,kvm2); several are merged, a later one wins; optional with --resume and --only-failed. */
  readonly inventory?: string | readonly string[];
  /** Password of the vaults labelled ID: SOURCE is a file, a program that prints it, or prompt; without ID@ of all vaults. */
  readonly vaultId?: string | readonly string[];
  /** File that holds a vault password, or program that prints one; several are tried in turn. */
  readonly vaultPasswordFile?: string | readonly string[];
  /** Ask for the vault password. */
  readonly askVaultPass?: boolean;
  /** Show what would change, but change nothing. */
  readonly check?: boolean;
  /** Show each change, and files as unified diffs. */
  readonly diff?: boolean;
  /** Run only on hosts of the plays that match PATTERN too. */
  readonly limit?: string;
  /** Variables that win over the inventory: pairs name=text, a mapping in JSON, or @FILE with one in YAML or JSON. */
  readonly extraVars?: string | readonly string[];
  /** Output format: auto, plain, jsonl, json, junit, github; auto, the default, is live on a terminal and plain otherwise; FORMAT:FILE also writes a file. */
  readonly output?: string | readonly string[];
  /** -v: connections, execs and seconds per host; -vv: phases and changes too; -vvv: the commands too. */
  readonly verbose?: number;
  /** Time for a fresh connection to confirm a change; without it the host undoes the change. Default: 30. */
  readonly confirmTimeout?: number;
  /** Fail a host, before any change, when its forecast is worse than this. */
  readonly maxDisruption?: 'none' | 'blip' | 'outage';
  /** With --check: exit with code 3 when something would change. */
  readonly detailedExitcode?: boolean;
  /** Run without checking the types of the playbooks. */
  readonly noTypeCheck?: boolean;
  /** Only tasks with one of these tags, separated by commas; always, never, tagged, untagged, all are special. */
  readonly tags?: string | readonly string[];
  /** Skip tasks with one of these tags. */
  readonly skipTags?: string | readonly string[];
  /** Hosts that go first, one by one: a number or a share such as 5%. */
  readonly canary?: string;
  /** Start no further host after more failed or unreachable hosts than this: a number or a share. */
  readonly maxFailures?: string;
  /** Number of hosts of a wave at once, at most --forks. */
  readonly window?: number;
  /** Wait after the canaries, and between waves. */
  readonly soak?: number;
  /** Number of hosts at once. Default: 50. */
  readonly forks?: number;
  /** How to reach hosts without ansible_connection in the inventory; openssh uses the ssh program. */
  readonly connection?: 'ssh' | 'openssh' | 'local';
  /** Log in as USER, unless the inventory sets ansible_user. */
  readonly user?: string;
  /** Log in with this key instead of the agent and the keys in ~/.ssh. */
  readonly privateKey?: string;
  /** Ask for the SSH password. */
  readonly askPass?: boolean;
  /** Read the SSH password from the first line of FILE. */
  readonly connectionPasswordFile?: string;
  /** Become root, or --become-user, after the login. */
  readonly become?: boolean;
  /** User for --become, unless the inventory sets ansible_become_user; default: root. */
  readonly becomeUser?: string;
  /** The program by which --become becomes where the inventory has no ansible_become_method; default: sudo. */
  readonly becomeMethod?: 'sudo' | 'su' | 'doas';
  /** Ask for the password that the become method wants. */
  readonly askBecomePass?: boolean;
  /** Read the password that the become method wants from the first line of FILE. */
  readonly becomePasswordFile?: string;
  /** Yes: refuse unknown keys; accept-new: store keys of new hosts; no: skip the check. Default: StrictHostKeyChecking of ssh_config, else yes. */
  readonly hostKeyChecking?: 'yes' | 'accept-new' | 'no';
  /** Time limit for TCP, handshake and login together; default: ConnectTimeout of ssh_config, else 10. */
  readonly connectTimeout?: number;
  /** Retry unreachable hosts N times; a refused login or host key is never retried. */
  readonly connectRetries?: number;
  /** Ssh_config file to use instead of the user's and the system's; none: no file. */
  readonly sshConfig?: string;
  /** Ssh arguments that come before all others, unless the inventory sets ansible_ssh_args. */
  readonly sshArgs?: string;
  /** Ssh arguments such as '-J bastion', unless the inventory sets ansible_ssh_common_args. */
  readonly sshCommonArgs?: string;
  /** Further ssh arguments, unless the inventory sets ansible_ssh_extra_args. */
  readonly sshExtraArgs?: string;
  /** Print the answer of each host when it arrives instead of grouping equal answers at the end. */
  readonly perHost?: boolean;
  /** Stop waiting for a command after this time; default: no limit. */
  readonly commandTimeout?: number;
}
