/** One rule of the protocol that is dropped from the model. The model must then find a loss. */
export interface Mutant {
  readonly name: string;
  /** Text of transaction.pml, which occurs once, and what stands there instead. */
  readonly replace: readonly (readonly [text: string, instead: string])[];
  /** The actors that meet it. */
  readonly flags: string;
}

/** Each rule as what goes wrong without it: the rows of docs/transaction.md, "What each rule is for". */
export const mutants: readonly Mutant[] = [
  {
    name: 'a commit that is refused removes the folder of the transaction',
    replace: [
      [
        ':: way == committing -> break             /* Half a change is not confirmed. */',
        ':: way == committing -> folder = false; break',
      ],
    ],
    flags: '-DCOMMIT',
  },
  {
    name: 'a cancelled transaction begins',
    replace: [[':: outcome != none -> move(staging', ':: false -> move(staging']],
    flags: '-DROLLBACK',
  },
  {
    name: 'the outcome of a rollback is written before its undo, and read without the token',
    replace: [
      [
        'inline roll(me, ending) {\n',
        'inline roll(me, ending) {\n  outcome = (outcome == none -> ending : outcome);\n',
      ],
      [
        '     :: i == OURS && (p == committing || p == rolling) ->\n',
        `     :: i == OURS && p == rolling && outcome != none -> tell(); break
     :: i == OURS && (p == committing || p == rolling && outcome == none) ->\n`,
      ],
    ],
    flags: '-DCOMMIT -DROLLBACK',
  },
  {
    name: 'the token is freed before the outcome is there',
    replace: [
      [
        `  unstage(me);
  d_step {
    touch(me);
    if
    :: outcome == none -> outcome = ending
    :: else
    fi
  };
  set_free(me)`,
        '  unstage(me);\n  set_free(me);\n  outcome = (outcome == none -> ending : outcome)',
      ],
    ],
    flags: '-DROLLBACK',
  },
  {
    name: 'who waits for an end takes over from a living holder',
    replace: [
      [
        '(!alive[h] || phase != p || number != n || holder != h);\n        if\n        :: alive[h] -> forget()\n        :: else ->\n           move(p, OURS, n, h, p,',
        'if\n        :: false -> forget()\n        :: else ->\n           move(p, OURS, n, h, p,',
      ],
    ],
    flags: '-DCOMMIT',
  },
  {
    name: 'a takeover does not name the state it saw',
    replace: [
      [
        'move(p, OURS, n, h, p, OURS, n, me);   /* From',
        'd_step { ok = (id == OURS && (phase == committing || phase == rolling)); p = phase; if :: ok -> holder = me :: else fi };   /* From',
      ],
    ],
    flags: '-DCOMMIT -DKILLS=1',
  },
  {
    name: 'half a change is confirmed',
    replace: [
      [
        ':: way == committing -> break             /* Half',
        ':: way == committing -> move(p, OURS, n, h, committing, OURS, n, me); if :: ok -> commit_files(me) :: else fi; break /* Half',
      ],
    ],
    flags: '-DCOMMIT',
  },
  {
    name: 'a hanging step is waited for and not killed',
    replace: [['           kill_session(h);\n', '']],
    flags: '',
  },
  {
    name: 'the undo does not wait until a killed step is gone',
    replace: [['           !alive[h];\n', '']],
    flags: '',
  },
  {
    name: 'a step is marked after it was made',
    replace: [
      ['move(p, OURS, n, me, applying, OURS, n + 1, me);', 'move(p, OURS, n, me, applying, OURS, n, me);'],
      [
        'd_step { touch(me); assert(!told); kernel[number - 1] = true }',
        'd_step { touch(me); kernel[number] = true }; move(applying, OURS, number, me, applying, OURS, number + 1, me)',
      ],
    ],
    flags: '-DKILLS=1',
  },
  {
    name: 'the step that had begun is not undone',
    replace: [
      [
        ':: d_step { touch(me); kernel[number - 1] = false }',
        ':: d_step { touch(me); if :: number > 1 -> kernel[number - 2] = false :: else fi }',
      ],
    ],
    flags: '',
  },
  {
    name: 'the launch does not read back what it wrote',
    replace: [[':: goto done\n    fi;\n    move(free', ':: true\n    fi;\n    move(free']],
    flags: '',
  },
  {
    name: 'nobody starts a guard that is missing',
    replace: [
      [
        '       start_guard();                             /* Seen',
        '       skip;                             /* Seen',
      ],
      [' !booted && guard_is_missing ->\n       start_guard()', '!booted && false ->\n       skip'],
    ],
    flags: '-DKILLS=1',
  },
  {
    name: 'the first step comes before the guard',
    replace: [
      ['    start_guard();\n    do', '    do'],
      [
        '       start_guard();                             /* Seen',
        '       skip;                             /* Seen',
      ],
    ],
    flags: '',
  },
  {
    name: 'the guard leaves when another is at work',
    replace: [
      [
        ':: i == OURS && (p == committing || p == rolling) ->',
        ':: me >= GUARD && i == OURS && (p == committing || p == rolling) -> break\n     :: me < GUARD && i == OURS && (p == committing || p == rolling) ->',
      ],
    ],
    flags: '-DCOMMIT -DKILLS=1',
  },
  {
    name: '`guard clear` removes the lock while there is something to undo',
    replace: [
      [
        '    if\n    :: p == free && mark != no_mark ->',
        '    if\n    :: id == OURS && p != free -> d_step { phase = free; number = 0; holder = nobody; folder = false }\n    :: p == free && mark != no_mark ->',
      ],
    ],
    flags: '-DCLEAR',
  },
  {
    name: 'a commit leaves no mark on the disk',
    replace: [
      [
        '     :: ok -> d_step { touch(me); mark = unfinished }\n     :: else\n     fi;\n     at = 0;\n     do\n     :: ok && at < 2 -> put_file(me)\n     :: else -> break\n     od;\n     at = 0;\n     d_step {',
        '     :: ok -> skip\n     :: else\n     fi;\n     at = 0;\n     do\n     :: ok && at < 2 -> put_file(me)\n     :: else -> break\n     od;\n     at = 0;\n     d_step {',
      ],
    ],
    flags: '-DCOMMIT -DCUTS=1',
  },
  {
    name: 'the mark goes before the last file is in place',
    replace: [['    fi;\n    at++\n', '    fi;\n    at++;\n    mark = no_mark\n']],
    flags: '-DCOMMIT -DCUTS=1',
  },
  {
    name: 'a power cut while a failed commit is restored is finished forward',
    replace: [
      [
        '  :: mark == unfinished -> d_step { touch(me); mark = restoring }\n  :: else\n  fi;\n  if\n  :: mark == restoring -> restore_files(me)',
        '  :: mark == restoring -> skip\n  :: else\n  fi;\n  if\n  :: mark == unfinished -> mark = no_mark; restore_files(me)',
      ],
    ],
    flags: '-DCOMMIT -DCUTS=1',
  },
  {
    name: 'a commit is finished over a repair by hand',
    replace: [
      [
        '  :: mark == unfinished ->\n     ok = known(0) && known(1);',
        '  :: mark == unfinished ->\n     ok = true;',
      ],
      [
        ':: !known(at) -> ok = false',
        ':: !known(at) && phase == finishing && staged[at] -> file[at] = new; staged[at] = false\n    :: !known(at) && phase != finishing -> ok = false',
      ],
    ],
    flags: '-DCOMMIT -DCUTS=1 -DEDIT',
  },
  {
    name: 'files are not compared again at the commit',
    replace: [
      ['  :: else ->\n     ok = known(0) && known(1);', '  :: else ->\n     ok = true;'],
      [':: !known(at) -> ok = false', ':: !known(at) -> file[at] = new; staged[at] = false'],
    ],
    flags: '-DCOMMIT -DEDIT',
  },
  {
    name: 'a commit that fails leaves its files',
    replace: [['    :: file[f] == new -> file[f] = old\n', '    :: file[f] == new -> skip\n']],
    flags: '-DCOMMIT',
  },
  {
    name: 'a commit that was told is tried again',
    replace: [
      [
        '  :: outcome == committed ->                      /* Told',
        '  :: false ->                      /* Told',
      ],
      ['ok = ok && outcome == none;', 'ok = ok && (outcome == none || outcome == committed);'],
    ],
    flags: '-DCOMMIT -DKILLS=1',
  },
  {
    name: 'staged files stay after an end',
    replace: [['  unstage(me);\n  d_step {', '  skip;\n  d_step {']],
    flags: '',
  },
  {
    name: 'a second run looks at the token only before its facts',
    replace: [[':: phase == free && id == i\n', ':: true\n']],
    flags: '-DSECOND_RUN',
  },
  {
    name: 'a plan is begun on another state than it was made on',
    replace: [
      [
        'move(free, BOOT, 0, nobody, staging, OURS, 0, me);',
        'd_step { ok = (phase == free); if :: ok -> phase = staging; id = OURS; holder = me :: else fi };',
      ],
    ],
    flags: '-DSECOND_RUN',
  },
  {
    name: 'an error of an undo is forgotten by who takes over',
    replace: [
      [
        'p, OURS, n, me);   /* From a dead holder, in its direction. */',
        'p, OURS, n, me);   errors = false;',
      ],
    ],
    flags: '-DUNDO_FAILS -DROLLBACK -DKILLS=1',
  },
];
