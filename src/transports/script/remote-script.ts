const trailer = '# kvmplay: the script ends here';

/**
 * The command that reads a script from standard input and runs it.
 *
 * The shell reads all of it before it runs any: a script cut off in the middle by a lost connection does not run at all,
 * commands in the script that read standard input find it empty instead of eating the script, and bash is spared reading
 * a pipe byte by byte.
 */
export function scriptCommand(marker: string): readonly string[] {
  const read = `echo ${marker}; echo ${marker} >&2; kvmplay_script=$(cat)`;
  return [
    'sh',
    '-c',
    `${read}; case $kvmplay_script in *"${trailer}") eval "$kvmplay_script";; *) exit 254;; esac`,
  ];
}

/** The script as it is sent. Its lines keep their numbers. */
export function scriptText(script: string): string {
  // Tools of administrators live in sbin, which the PATH of an ordinary login leaves out.
  return `PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; ${script}\n${trailer}`;
}
