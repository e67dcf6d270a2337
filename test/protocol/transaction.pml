/*
 * The transaction of docs/transaction.md, as atomic steps on the host's files. Spin runs the actors in every order.
 *
 * One line of this model is one rename, one command, or one look. The token is a file whose name is the state, so a
 * rename of it is a compare-and-swap: `move`. Time is left out: the guard may act at any moment, and every wait may last.
 *
 * The actors of a scenario are chosen by -D flags: COMMIT, COMMIT_AGAIN, ROLLBACK, BEGUN_TWICE, SECOND_RUN, CLEAR, EDIT,
 * NEXT_TWICE, UNDO_FAILS, KILLS=n, CUTS=n. Apply, the guard and whoever looks are always there.
 */
#ifndef STEPS
#define STEPS 2
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef CUTS
#define CUTS 0
#endif

/* Actors. The guard that is started in place of a killed one is GUARD + 1, and so on. */
#define nobody 0
#define APPLY 1
#define APPLY_AGAIN 2
#define COMMITTER 3
#define COMMITTER_AGAIN 4
#define ROLLER 5
#define RUNNER 6
#define NEXT 7
#define NEXT_AGAIN 8
#define CLEARER 9
#define GUARD 10
#define GUARDS (KILLS + 1)
#define ACTORS (GUARD + GUARDS)

/* Transactions. LAST of a free token before any has ended is the boot. */
#define BOOT 0
#define OURS 1
#define THEIRS 2

mtype = { free, staging, applying, applied, committing, rolling, finishing };
mtype = { none, committed, rolled_back, failed, cancelled };
mtype = { old, new, foreign };
mtype = { no_mark, unfinished, restoring };

/* /run: the token's name, the folder with do_N and undo_N, and the names in it. */
mtype phase = free; byte id = BOOT; byte number = 0; byte holder = nobody;
bool folder = false;
mtype outcome = none;
bool errors = false;
byte guard_name = 0;

/* The disk, and the kernel. */
mtype file[2] = old; bool staged[2]; mtype mark = no_mark;
bool kernel[STEPS];

/* Processes. In a call that cannot be interrupted a process is held, and a kill waits until it is over. */
bool alive[ACTORS]; bool held[3]; bool doomed[3];
byte kills = 0; byte cuts = 0;
byte running = 0;               /* Processes that have not gone; the next boot is after them. */

/* For the monitor only. */
bool began = false; bool edited[2]; bool refused = false; bool told = false; bool cleared = false;
bool guard_killed = false; mtype promised = none; bool theirs = false;

#define booted (cuts > 0)
#define kernel_is_old (!kernel[0] && !kernel[STEPS - 1])
#define kernel_is_new (kernel[0] && kernel[STEPS - 1])
#define holds_content(f, what) (file[f] == what || edited[f])
#define files_are(what) (holds_content(0, what) && holds_content(1, what))
#define known(f) (file[f] == new || (file[f] == old && staged[f]))
#define guard_is_missing (guard_name == 0 || !alive[guard_name] && guard_name < ACTORS - 1)
#define nothing_left (!staged[0] && !staged[1] && mark == no_mark)

/* Kernel and files are touched only by the holder of the token, and only while the undo exists. */
#define touch(me) assert(id == OURS && holder == me && (folder || phase == finishing))

inline move(p0, o0, n0, h0, p1, o1, n1, h1) {
  d_step {
    ok = (phase == p0 && id == o0 && number == n0 && holder == h0);
    if
    :: ok -> phase = p1; id = o1; number = n1; holder = h1
    :: else
    fi
  }
}
inline look() { d_step { p = phase; i = id; n = number; h = holder } }
inline forget() { d_step { p = 0; i = 0; n = 0; h = 0; ok = false } }
/* An answer is given only of what has ended. */
inline tell() {
  d_step {
    told = true;
    assert(booted || kernel_is_old && outcome != committed || errors || kernel_is_new && outcome == committed)
  }
}
inline leave(me) { d_step { alive[me] = false; running--; p = 0; i = 0; n = 0; h = 0; ok = false; at = 0 } }
inline begin(me) { alive[me] = true; running++ }
inline set_free(me) { d_step { touch(me); phase = free; number = 0; holder = nobody } }
inline unstage(me) { d_step { touch(me); staged[0] = false; staged[1] = false } }
inline kill_session(who) {
  d_step {
    if
    :: who < 3 && held[who] -> doomed[who] = true
    :: else -> alive[who] = false
    fi
  }
}
inline restore_file(me, f) {
  d_step {
    touch(me);
    if
    :: file[f] == new -> file[f] = old
    :: else
    fi
  }
}
inline restore_files(me) {
  restore_file(me, 0);
  restore_file(me, 1);
  d_step { touch(me); mark = no_mark }
}
inline put_file(me) {
  atomic {
    if
    :: file[at] == old && staged[at] -> touch(me); file[at] = new; staged[at] = false
    :: file[at] == new
    :: !known(at) -> ok = false
    :: ok = false                                 /* The disk is full, or the file immutable. */
    fi;
    at++
  }
}
inline start_guard() {
  atomic {
    if
    :: guard_is_missing ->
       guard_name = (guard_name == 0 -> GUARD : guard_name + 1);
       begin(guard_name);
       run Guard(guard_name)
    :: else
    fi
  }
}

/* The holder in `rolling`. Whoever takes over from a dead holder begins here again. */
inline roll(me, ending) {
  if
  :: mark == unfinished -> d_step { touch(me); mark = restoring }
  :: else
  fi;
  if
  :: mark == restoring -> restore_files(me)
  :: else
  fi;
  do
  :: number > 0 ->
     if
     :: d_step { touch(me); kernel[number - 1] = false }
#ifdef UNDO_FAILS
     :: d_step { kernel[number - 1] -> touch(me); errors = true }
#endif
     fi;
     d_step { touch(me); number-- }
  :: else -> break
  od;
  unstage(me);
  d_step {
    touch(me);
    if
    :: outcome == none -> outcome = ending
    :: else
    fi
  };
  set_free(me)
}

/* The holder in `committing`. */
inline commit_files(me) {
  if
  :: outcome == committed ->                      /* Told already, by a holder that died since. */
     d_step { touch(me); mark = no_mark };
     set_free(me)
  :: else ->
     ok = known(0) && known(1);
     if
     :: ok -> d_step { touch(me); mark = unfinished }
     :: else
     fi;
     at = 0;
     do
     :: ok && at < 2 -> put_file(me)
     :: else -> break
     od;
     at = 0;
     d_step {
       touch(me);
       ok = ok && outcome == none;
       if
       :: ok -> outcome = committed
       :: else
       fi
     };
     if
     :: ok ->
        d_step { touch(me); mark = no_mark };
        set_free(me)
     :: else ->
        d_step { touch(me); phase = rolling };
        roll(me, failed)
     fi
  fi
}

/* The holder in `finishing`: a boot has found what a commit or a rollback left of its files. */
inline finish_files(me) {
  if
  :: mark == restoring -> restore_files(me); unstage(me)
  :: mark == unfinished ->
     ok = known(0) && known(1);
     at = 0;
     do
     :: ok && at < 2 -> put_file(me)
     :: else -> break
     od;
     at = 0;
     if
     :: ok -> d_step { touch(me); mark = no_mark }; unstage(me)
     :: else -> refused = true                    /* Told; `guard clear` drops it. */
     fi
  :: else -> unstage(me)
  fi;
  set_free(me)
}

/* Commit, rollback and the guard: `way` is committing or rolling. */
inline end_as(way, me) {
  do
  :: look();
     if
     :: i != OURS ->
        atomic {                                  /* `mv outcome.none outcome.cancelled`: it shall not begin. Then a second look. */
          if
          :: way == rolling && outcome == none -> outcome = cancelled
          :: else ->
             if
             :: outcome != none && (id != OURS || phase == free) -> tell()
             :: else
             fi;
             break
          fi
        };
        forget()
     :: i == OURS && p == free ->
        assert(outcome != none);
        tell();
        break
     :: i == OURS && (p == staging || p == applying) ->
        if
        :: way == committing -> break             /* Half a change is not confirmed. */
        :: way == rolling ->
           kill_session(h);
           !alive[h];
           move(p, OURS, n, h, rolling, OURS, n, me);
           if
           :: ok -> roll(me, rolled_back); break
           :: else -> forget()
           fi
        fi
     :: i == OURS && p == applied ->
        move(applied, OURS, n, nobody, way, OURS, n, me);
        if
        :: ok && way == committing -> commit_files(me); break
        :: ok && way == rolling -> roll(me, rolled_back); break
        :: else -> forget()
        fi
     :: i == OURS && (p == committing || p == rolling) ->
        (!alive[h] || phase != p || number != n || holder != h);
        if
        :: alive[h] -> forget()
        :: else ->
           move(p, OURS, n, h, p, OURS, n, me);   /* From a dead holder, in its direction. */
           if
           :: ok && p == committing -> commit_files(me); break
           :: ok && p == rolling -> roll(me, rolled_back); break
           :: else -> forget()
           fi
        fi
     fi
  od
}

proctype Guard(byte me) {
  mtype p; byte i, n, h, at; bool ok;
  { end_as(rolling, me); leave(me) } unless { atomic { !alive[me] -> leave(me) } }
}

proctype Apply(byte me) {
  mtype p; byte i, n, h, at; bool ok;
  {
    /* The launcher writes the folder and reads it back. It fails where /run is full, or the transaction was cancelled. */
    if
    :: atomic { folder || outcome == none -> folder = true }
    :: goto done
    fi;
    move(free, BOOT, 0, nobody, staging, OURS, 0, me);   /* The generation that was planned on. */
    if
    :: ok
    :: else -> goto done
    fi;
    if
    :: outcome != none -> move(staging, OURS, 0, me, free, OURS, 0, nobody); goto done
    :: else
    fi;
    d_step { assert(!theirs); began = true };
    if
    :: file[0] == old && file[1] == old
    :: else -> goto cancel
    fi;
    staged[0] = true;
    if
    :: staged[1] = true
    :: goto cancel                                /* The disk is full. */
    fi;
    start_guard();
    do
    :: number < STEPS ->
       start_guard();                             /* Seen to be missing before each step. */
       n = number;
       p = phase;
       move(p, OURS, n, me, applying, OURS, n + 1, me);   /* Written ahead of the step. */
       if
       :: ok -> p = 0; n = 0
       :: else -> goto done
       fi;
       if
       :: d_step { touch(me); assert(!told); kernel[number - 1] = true }
       :: true -> false                           /* It hangs until it is killed. */
       :: held[me] = true; !held[me]              /* The kernel holds it: see Land. */
       :: n = number;                             /* It fails by itself, and has done nothing. */
          move(applying, OURS, n, me, rolling, OURS, n - 1, me);
          if
          :: ok -> roll(me, failed)
          :: else
          fi;
          goto done
       fi
    :: else -> break
    od;
    move(applying, OURS, STEPS, me, applied, OURS, STEPS, nobody);
    goto done;
cancel:
    move(staging, OURS, 0, me, rolling, OURS, 0, me);
    if
    :: ok -> roll(me, failed)
    :: else
    fi;
done:
    skip;
    leave(me)
  } unless { atomic { !alive[me] -> leave(me) } }
}

proctype Ender(mtype way; byte me) {
  mtype p; byte i, n, h, at; bool ok;
  { end_as(way, me); leave(me) } unless { atomic { !alive[me] -> leave(me) } }
}

/* What the kernel held lands at any moment, whoever was killed meanwhile. */
proctype Land() {
  byte who;
end:
  do
  :: atomic {
       held[APPLY] || held[APPLY_AGAIN] ->
       who = (held[APPLY] -> APPLY : APPLY_AGAIN);
       assert(id == OURS && holder == who && folder && phase == applying);
       kernel[number - 1] = true;
       held[who] = false;
       if
       :: doomed[who] -> alive[who] = false
       :: else
       fi;
       who = 0
     }
  od
}

/* The OOM killer, or somebody's kill -9. */
proctype Killer() {
  byte who;
end:
  do
  :: atomic {
       kills < KILLS ->
       if
       :: alive[APPLY] -> who = APPLY
       :: alive[COMMITTER] -> who = COMMITTER
       :: alive[COMMITTER_AGAIN] -> who = COMMITTER_AGAIN
       :: alive[ROLLER] -> who = ROLLER
       :: alive[NEXT] -> who = NEXT
       :: guard_name > 0 && alive[guard_name] -> who = guard_name; guard_killed = true
       fi;
       kills++;
       kill_session(who);
       who = 0
     }
  od
}

/* Whoever looks at the host, or runs against it, starts a guard that is missing. */
proctype Looker() {
end:
  do
  :: atomic {
       id == OURS && phase != free && phase != finishing && !booted && guard_is_missing ->
       start_guard()
     }
  od
}

proctype Editor() {
end:
  if
  :: d_step { file[1] != foreign -> file[1] = foreign; edited[1] = true }
  :: d_step { booted -> file[0] = foreign; edited[0] = true }
  fi
}

/* A second run: it plans on what it sees between two looks at the token. */
proctype SecondRun() {
  byte i; bool ok, sees_old, sees_new;
  if
  :: d_step { phase == free && !booted -> i = id }
  :: booted -> goto done
  fi;
  d_step { sees_old = kernel_is_old && file[0] == old; sees_new = kernel_is_new && file[0] == new };
  if
  :: phase == free && id == i
  :: else -> goto done
  fi;
  assert(sees_old || sees_new || booted);
  assert(!began || outcome != none || sees_old || booted);
  move(free, i, 0, nobody, staging, THEIRS, 0, RUNNER);
  if
  :: ok
  :: else -> goto done
  fi;
  theirs = true;
  if
  :: outcome != none -> folder = false            /* Folders of transactions that have ended. */
  :: else
  fi;
  move(staging, THEIRS, 0, RUNNER, free, THEIRS, 0, nobody);
done:
  skip;
  d_step { i = 0; ok = false; sees_old = false; sees_new = false }
}

/* The power goes: every process and /run are gone, the disk stays, and the kernel is what the files say. */
proctype Power() {
  byte who;
end:
  do
  :: d_step {
       cuts < CUTS && (began || booted) ->
       cuts++;
       promised = (promised == none -> outcome : promised);
       who = 1;
       do
       :: who < ACTORS -> alive[who] = false; who++
       :: else -> break
       od;
       who = 0;
       held[APPLY] = false; held[APPLY_AGAIN] = false; doomed[APPLY] = false; doomed[APPLY_AGAIN] = false;
       phase = free; id = THEIRS + cuts; number = 0; holder = nobody;
       folder = false; outcome = none; errors = false; guard_name = 0;
       do
       :: who < STEPS -> kernel[who] = (file[0] == new); who++
       :: else -> break
       od;
       who = 0
     }
  od
}

/* The next run after a power cut. One that a second power cut ends comes again. */
proctype Next(byte me) {
  mtype p; byte i, n, h, at; bool ok; byte boot;
again:
  skip;
  d_step { booted && cuts != boot && (running == 0 || phase == finishing) -> boot = cuts; alive[me] = true; running++ };
  {
    do
    :: look();
       if
       :: p == free && mark == no_mark && !staged[0] && !staged[1] -> break
       :: p == free && refused -> break
       :: p == free ->
          move(free, i, 0, nobody, finishing, OURS, 0, me);
          if
          :: ok -> finish_files(me); break
          :: else -> forget()
          fi
       :: p == finishing ->
          (!alive[h] || phase != p || holder != h);
          if
          :: alive[h] -> forget()
          :: else ->
             move(finishing, OURS, 0, h, finishing, OURS, 0, me);
             if
             :: ok -> finish_files(me); break
             :: else -> forget()
             fi
          fi
       fi
    od;
    leave(me)
  } unless { atomic { !alive[me] -> leave(me) } };
  goto again
}

/* `guard clear`: it drops a commit that cannot be finished, and refuses while there is something to undo. */
proctype Clear() {
  mtype p; byte i, n, h; bool ok; byte at;
  d_step { begin(CLEARER) };
  {
    look();
    if
    :: p == free && mark != no_mark ->
       move(free, i, 0, nobody, finishing, OURS, 0, CLEARER);
       if
       :: ok ->
          d_step { touch(CLEARER); mark = no_mark; cleared = true; refused = false };
          unstage(CLEARER);
          set_free(CLEARER)
       :: else
       fi
    :: else
    fi;
    leave(CLEARER)
  } unless { atomic { !alive[CLEARER] -> leave(CLEARER) } }
}

proctype Monitor() {
end:
  do
  /* Kernel and files agree after every end, and nothing of ours is left. An undo that failed is told as such. */
  :: atomic {
       phase == free && began && !booted && !(nothing_left && outcome != none) -> assert(false)
     }
  :: atomic {
       phase == free && began && !booted &&
       !(outcome == committed && kernel_is_new && files_are(new)) &&
       !(outcome != committed && (kernel_is_old || errors) && files_are(old)) -> assert(false)
     }
  /* Nothing is unguarded after the first step, unless its guard was killed and nobody has looked since. */
  :: atomic {
       id == OURS && (phase == applying || phase == applied) && !booted && !guard_killed &&
       (guard_name == 0 || !alive[guard_name]) -> assert(false)
     }
  /* The undo exists until the end. */
  :: atomic { id == OURS && phase != free && phase != staging && phase != finishing && !folder -> assert(false) }
  /* An edit by somebody else is never overwritten. */
  :: atomic { edited[0] && file[0] != foreign || edited[1] && file[1] != foreign -> assert(false) }
  /* In every state in which nobody can go on: it has ended, and stays only where it was confirmed. */
  :: atomic {
       timeout ->
       if
       :: !booted ->
          assert(phase == free && (!began || outcome != none));
          assert(kernel_is_old || errors || kernel_is_new && outcome == committed)
       :: booted && !refused && !cleared ->
          assert(phase == free && nothing_left && (files_are(old) || files_are(new)));
          assert(promised != committed || files_are(new));
          assert(promised == committed || promised == none || files_are(old))
       :: else -> assert(phase == free)
       fi;
       break
     }
  od
}

init {
  atomic {
    begin(APPLY); run Apply(APPLY);
#ifdef BEGUN_TWICE
    begin(APPLY_AGAIN); run Apply(APPLY_AGAIN);
#endif
#ifdef COMMIT
    begin(COMMITTER); run Ender(committing, COMMITTER);
#endif
#ifdef COMMIT_AGAIN
    begin(COMMITTER_AGAIN); run Ender(committing, COMMITTER_AGAIN);
#endif
#ifdef ROLLBACK
    begin(ROLLER); run Ender(rolling, ROLLER);
#endif
#ifdef SECOND_RUN
    run SecondRun();
#endif
#ifdef CLEAR
    run Clear();
#endif
#ifdef EDIT
    run Editor();
#endif
#if CUTS > 0
    run Power(); run Next(NEXT);
#ifdef NEXT_TWICE
    run Next(NEXT_AGAIN);
#endif
#endif
#if KILLS > 0
    run Killer();
#endif
    run Land(); run Looker(); run Monitor()
  }
}
