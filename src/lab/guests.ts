import { LabError } from '../errors.ts';
import type { CommandResult } from '../model/host.ts';

/** A guest as a lab host plays it: a network namespace whose NIC is the far end of a port of a bridge. */
export interface LabGuest {
  /** Name of the guest and of its network namespace. */
  readonly name: string;
  /** Name of its port on the host: `vnet0`. It is one end of a veth pair; `addTaps` makes real taps. */
  readonly port: string;
}

/** Options of `addGuest`. */
export interface LabGuestOptions {
  /** Name of a bridge of the host. */
  readonly bridge: string;
  /** Address of the guest's NIC, with prefix length: `10.128.0.96/24`. */
  readonly address: string;
}

/** Runs a script on the host in question, without its network. */
export type RunScript = (script: string) => Promise<CommandResult>;

/** Makes a guest and attaches it to a bridge that is there. Reboots end it, as they end real ones. */
export async function addGuest(run: RunScript, name: string, options: LabGuestOptions): Promise<LabGuest> {
  const { bridge, address } = options;
  const port = await mustPrint(
    run,
    `
set -e
n=0
while [ -e /sys/class/net/vnet$n ]; do n=$((n + 1)); done
[ -d /sys/class/net/${word(bridge)}/bridge ] || { echo "there is no bridge ${word(bridge)}" >&2; exit 1; }
ip netns add ${word(name)}
ip link add vnet$n type veth peer name eth0 netns ${word(name)}
ip -n ${word(name)} -batch - <<END
address add ${word(address)} dev eth0 nodad
link set lo up
link set eth0 up
END
ip link set vnet$n master ${word(bridge)} up
echo vnet$n`,
  );
  return { name, port: port.trim() };
}

export async function removeGuest(run: RunScript, name: string): Promise<void> {
  // The kernel takes the NIC down with the namespace, but later: the port on the host must be gone when this returns.
  await mustPrint(run, `ip -n ${word(name)} link delete eth0 && ip netns delete ${word(name)}`);
}

/** Pings an address from a guest. Returns false when there is no answer within three seconds. */
export async function guestPing(run: RunScript, name: string, address: string): Promise<boolean> {
  // A neighbour that the guest failed to resolve before would fail again at once.
  const { code } = await run(
    `ip -n ${word(name)} neigh flush all; ip netns exec ${word(name)} ping -n -q -c 1 -i 0.25 -w 3 ${word(address)}`,
  );
  if (code === 0) return true;
  if (code === 1) return false;
  throw new LabError(`guest ${name} cannot ping ${address}: ping ended with code ${code}`);
}

/** Makes persistent taps, up, as ports of a bridge: as many as there are names. */
export async function addTaps(run: RunScript, names: readonly string[], bridge?: string): Promise<void> {
  const lines = names.flatMap((name) => [
    `tuntap add dev ${word(name)} mode tap`,
    `link set ${word(name)}${bridge === undefined ? '' : ` master ${word(bridge)}`} up`,
  ]);
  await mustPrint(run, `ip -batch - <<END\n${lines.join('\n')}\nEND`);
}

export async function removeTaps(run: RunScript, names: readonly string[]): Promise<void> {
  await mustPrint(
    run,
    `ip -batch - <<END\n${names.map((name) => `link delete ${word(name)}`).join('\n')}\nEND`,
  );
}

async function mustPrint(run: RunScript, script: string): Promise<string> {
  const { code, stdout, stderr } = await run(script);
  if (code === 0) return stdout;
  throw new LabError(stderr.trim() || `a script of the lab ended with code ${code}`);
}

/** Names and addresses need no quoting: a text that does is a mistake. */
function word(text: string): string {
  if (/^[\w.:/-]+$/.test(text)) return text;
  throw new LabError(`${JSON.stringify(text)} is neither a name nor an address`);
}
