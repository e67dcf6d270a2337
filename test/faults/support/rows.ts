/** The fault matrix: what strikes, what then happens, and how a test proves it. docs/safety.md shows these rows. */
export const rows = {
  'wrong-gateway': {
    fault: 'The play sets a gateway that does not answer, where the old one did',
    happens: 'Rolled back: the gateway probe passed before the change and does not after it.',
    proof: 'The message names the gateway; kernel, files and guests are as before.',
  },
  'wrong-vlan': {
    fault: 'The address that SSH uses moves to a VLAN that nobody else is in',
    happens:
      'No fresh connection comes through, so nobody confirms, and the host undoes it when its time is up.',
    proof: 'The host answers again at its old address; kernel, files and guests are as before.',
  },
  'uplink-refuses': {
    fault: 'A NIC cannot join its bond: its driver refuses another MAC while it is up',
    happens: 'The script stops at that step and takes back those before it, at once.',
    proof: 'The message holds the command and what it printed; kernel, files and guests are as before.',
  },
  'stp-on': {
    fault: 'A bridge gets STP, so nothing passes for twice its forward delay',
    happens: 'Changed: guard and verification wait for that time, and for the ports to forward.',
    proof: 'Every port forwards, a second run has nothing to do, guests reach each other.',
  },
  'lacp-alone': {
    fault: 'A bond gets mode 802.3ad, and the switch speaks no LACP',
    happens: 'Rolled back, although the carrier is up: no partner answered on all ports.',
    proof: 'The message names the bond; kernel, files and guests are as before.',
  },
  'second-default': {
    fault: 'The play gives a second link a default gateway',
    happens: 'Refused when planned: the host is not touched.',
    proof: 'One connection, one exec; kernel, files and guests are as before.',
  },
  'read-only': {
    fault: 'The folder of the configuration is mounted read-only',
    happens: 'Refused before the first step: every file is staged first.',
    proof: 'The message names the file; kernel, files and guests are as before.',
  },
  'disk-full': {
    fault: 'The disk is full',
    happens: 'Refused before the first step: every file is staged, and read back, first.',
    proof: 'The message names the file; kernel, files and guests are as before.',
  },
  'lock-held': {
    fault: 'Another transaction holds the lock of the host',
    happens: 'Refused; the message says who.',
    proof: 'The lock stays with its owner; kernel, files and guests are as before.',
  },
  'two-controllers': {
    fault: 'Two controllers make the same change at the same time',
    happens:
      'One makes it. The other is refused by the lock, or by the files that changed since it read them, or finds nothing to do.',
    proof: 'The files are those of one undisturbed run, and nothing is left to do.',
  },
  'guard-armed': {
    fault: 'A controller died before it confirmed, and a second run comes while the guard is armed',
    happens: 'The second run is refused and told who began; the guard undoes the change in its time.',
    proof: 'The controller gets SIGKILL; afterwards kernel, files and guests are as before.',
  },
  'controller-killed': {
    fault: 'The controller is killed at a random instant',
    happens: 'Before the commit began the host undoes the change; after that it ends the commit by itself.',
    proof:
      'SIGKILL at seeded instants between start and usual end, there and back in turn. Each time the kernel is as its files say.',
  },
  'cut-healed-early': {
    fault: 'The link to the controller is cut while the change is made, and heals in time',
    happens: 'Changed: the host goes on by itself, and a fresh connection confirms once it comes through.',
    proof: 'The files are those of an undisturbed run, and nothing is left to do.',
  },
  'cut-healed-late': {
    fault: 'The link to the controller is cut while the change is made, and heals when the time is up',
    happens: 'The host undoes the change by itself; the controller proves it when it gets through again.',
    proof: 'The result says rolled back; kernel, files and guests are as before.',
  },
  'sshd-killed': {
    fault: 'sshd and all its sessions are killed while the change is made, and sshd is started again',
    happens: 'Changed: the script does not hang on the session that started it.',
    proof: 'The files are those of an undisturbed run, and nothing is left to do.',
  },
  'clock-ahead': {
    fault: 'The clock of the host is put an hour ahead while the guard is armed',
    happens: 'The guard counts by a clock that nobody sets, and undoes the change in its time.',
    proof: 'Measured on the uptime of the host; kernel, files and guests are as before.',
  },
  'clock-back': {
    fault: 'The clock of the host is put an hour back while the guard is armed',
    happens: 'The guard counts by a clock that nobody sets, and undoes the change in its time.',
    proof: 'Measured on the uptime of the host; kernel, files and guests are as before.',
  },
  'power-before-commit': {
    fault: 'The power goes before the commit',
    happens: 'The host boots its old files, and the run says that it was restarted.',
    proof:
      'The kernel process is killed and booted; no file but staged ones, which no boot reads, is there, and the next run comes through.',
  },
  'power-during-commit': {
    fault: 'The power goes between two files of the commit',
    happens: 'The next run finishes the commit before it does anything else.',
    proof:
      'The host powers off at the second rename, and boots a mixture of files. After the next run they are those of an undisturbed one, and nothing is left to do.',
  },
  'power-after-commit': {
    fault: 'The power goes right after the commit',
    happens: 'The host boots its new files.',
    proof: 'After the boot nothing is left to do; the files are those of an undisturbed run.',
  },
} as const satisfies Readonly<Record<string, Row>>;

/** What strikes the transaction itself; the same rules hold in the model and for the scripts (test/protocol). */
export const attacks = {
  'rollback-early': {
    fault: 'Somebody rolls the change back while its files are being prepared',
    happens: 'It is ended before its first step, and the run says that it was rolled back.',
    proof: 'Kernel, files and guests are as before; nothing of the transaction is left.',
  },
  'confirm-early': {
    fault: 'Somebody confirms the change while its steps are being made',
    happens: 'Half a change is not confirmed: the run goes on, and confirms the whole.',
    proof: 'The files are those of an undisturbed run, and nothing is left to do.',
  },
  'commit-twice': {
    fault: 'A commit takes long, and somebody rolls the change back meanwhile',
    happens: 'Who comes second waits, and is told that the change is committed.',
    proof: 'Both get the same answer; nothing is left to do.',
  },
  'hanging-step': {
    fault: 'A step hangs for longer than the guard waits',
    happens: 'The guard ends the step with all that it started, and undoes the change.',
    proof: 'No process of the step is left; kernel, files and guests are as before.',
  },
  'guard-killed': {
    fault: 'The controller died before it confirmed, and the guard is killed too',
    happens: 'Whoever looks at the host starts the guard again, and it undoes the change in its time.',
    proof: 'Kernel, files and guests are as before.',
  },
  'edited-between': {
    fault: 'Somebody edits the files between the steps and the commit',
    happens: 'The edit stays, and the change is rolled back.',
    proof: 'The message names the file; the edit is there, kernel and guests are as before.',
  },
} as const satisfies Readonly<Record<string, Row>>;

export interface Row {
  readonly fault: string;
  readonly happens: string;
  readonly proof: string;
}

export type FaultId = keyof typeof rows | keyof typeof attacks;
