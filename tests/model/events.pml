/*
 * Threads that wait for the events of overlapped gets: src/kernel32/source.c (k32_takes_wait, k32_source_tie), wait.c (k32_call, rest),
 * beside a thread of a completion port (src/kernel32/iocp.c: take_one, pass_on) and the library's own (src/fltlib/overlapped.c: run_completer).
 *
 * Gets 0 and 1 have an event each, for which waiter 0 and waiter 1 wait; get 2 is a packet for the taker, which takes no more than that. All
 * sleep on the connection's one word and on one of their own. A message wakes one sleeper of the connection, whichever, perhaps one that
 * another word has woken and that has not run yet. So whoever was counted as a sleeper ends everything that is over, or passes it on.
 * Get 1 begins only when its waiter may wait for its event already.
 *
 * Checked, in all orders: when nothing moves any more, nothing that is over lies there while anybody sleeps whom it concerns. With LATE=1 the
 * library's thread looks too, in the place of waiter 0: then nothing lies there at all.
 *
 * checks: LATE=0 LATE=1
 * breaks: NO_DRAIN NOT_LEFT_OVER NO_LAST_LOOK VALUE_LATE NO_LOOK_AGAIN SLEEPS_LATE NOT_TOLD
 */
#ifndef LATE
#define LATE 0
#endif

/* shared memory */
byte sleepers, late_sleepers;
bool moved[3], late_moved;       /* the word has changed since that thread read it */
bool posted[3], over[3];

/* the process' own */
bool tied[2];                    /* the event stands for an operation of the source */
bool ended[3];                   /* the event is set, the packet there */
bool called[3], sleeps[2];

/* the kernel's */
bool asleep[3], on_shared[3], late_asleep;

#define SOMETHING (over[0] || over[1] || over[2])

inline wake_one()
{
    if
    :: on_shared[0] -> on_shared[0] = false; asleep[0] = false
    :: on_shared[1] -> on_shared[1] = false; asleep[1] = false
    :: on_shared[2] -> on_shared[2] = false; asleep[2] = false
    :: !on_shared[0] && !on_shared[1] && !on_shared[2]
    fi
}

inline wake_late() { late_moved = true; late_asleep = false }

inline bump() { moved[0] = true; moved[1] = true; moved[2] = true }

proctype manager()
{
    byte n;

    n = LATE;
    do
    :: n == 3 -> break
    :: n < 3 ->
        if /* oldest first; get 1 is the youngest */
        :: !ended[0] && !over[0] -> over[0] = true
        :: else ->
            if
            :: !ended[2] && !over[2] -> over[2] = true
            :: else -> posted[1]; over[1] = true
            fi
        fi;
        if
        :: sleepers != 0 -> d_step { bump() }; atomic { wake_one() }
        :: sleepers == 0 && late_sleepers != 0 -> d_step { wake_late() }
        :: sleepers == 0 && late_sleepers == 0
        fi;
        n++
    od
}

/* Under the dispatcher lock: two steps, for the sleeper goes without it. */
inline call(t)
{
    called[t] = true;
    if
    :: t == 2 || sleeps[t] -> asleep[t] = false
    :: else
    fi
}

/* Claimed by one: its event is set, or its packet posted. */
inline end_one(g)
{
    atomic {
        if
        :: over[g] -> over[g] = false; ended[g] = true;
#ifndef NOT_TOLD
            call(g)
#endif
        :: else
        fi
    }
}

inline end_all() { end_one(0); end_one(1); end_one(2) }

proctype waiter(byte me)
{
    bool knows;

    do
    :: true ->
        atomic { /* the dispatcher lock */
            if
            :: ended[me] -> break
            :: else
            fi;
            called[me] = false;
            knows = tied[me]
        };
        if
        :: knows -> end_all()
        :: else
        fi;
        if
        :: knows ->
#ifdef VALUE_LATE
            sleepers++;
#else
            d_step { sleepers++; moved[me] = false };
#endif
        :: else
        fi;
#ifndef SLEEPS_LATE
        sleeps[me] = true;
#endif
#ifdef NO_LAST_LOOK
        if
        :: true
#else
        if
        :: knows && SOMETHING
        :: else
#endif
#ifdef VALUE_LATE
            moved[me] = false;
#endif
            d_step {
                if
                :: !called[me] && !(knows && moved[me]) -> asleep[me] = true; on_shared[me] = knows
                :: else
                fi
            };
#ifdef SLEEPS_LATE
            sleeps[me] = true;
#endif
end:        !asleep[me];
            on_shared[me] = false
        fi;
        sleeps[me] = false;
        if
        :: knows ->
            sleepers--;
#ifndef NO_DRAIN
            end_all()
#endif
        :: else
        fi
    od
}

/* It waits with the event before the get begins, or not. */
proctype beginner()
{
    tied[0] = true;
    atomic { /* the dispatcher lock */
        tied[1] = true;
#ifndef NO_LOOK_AGAIN
        call(1)
#endif
    };
    posted[1] = true
}

/* Of the completion port. It ends others' operations on its way, takes its packet, and is gone for long. */
proctype taker()
{
    bool counted;

    do
    :: true ->
        called[2] = false;
        do
        :: over[0] -> end_one(0)
        :: !over[0] && over[2] -> atomic { if :: over[2] -> over[2] = false; ended[2] = true :: else fi }; break
        :: !over[0] && !over[2] && over[1] -> end_one(1)
        :: ended[2] || !SOMETHING -> break
        od;
        if
        :: ended[2] -> break
        :: else
        fi;
        d_step { sleepers++; moved[2] = false };
        counted = true;
        if
        :: SOMETHING || ended[2]
        :: else ->
            d_step {
                if
                :: !called[2] && !moved[2] -> asleep[2] = true; on_shared[2] = true
                :: else
                fi
            };
end:        !asleep[2];
            on_shared[2] = false
        fi;
        sleepers--
    od;
#ifndef NOT_LEFT_OVER
    if
    :: counted && SOMETHING ->
        if
        :: sleepers != 0 -> d_step { bump() }; atomic { wake_one() }
        :: sleepers == 0 && late_sleepers != 0 -> d_step { wake_late() }
        :: sleepers == 0 && late_sleepers == 0
        fi
    :: else
    fi
#endif
}

proctype late()
{
    bool some;

    do
    :: true ->
        d_step { late_sleepers++; late_moved = false };
        some = SOMETHING;
        end_all();
        if
        :: some
        :: else ->
            d_step { if :: !late_moved -> late_asleep = true :: else fi };
end:        !late_asleep
        fi;
        late_sleepers--
    od
}

proctype judge()
{
    timeout ->
    assert(!(asleep[0] && (over[0] || ended[0])));
    assert(!(asleep[1] && (over[1] || ended[1])));
    assert(!(asleep[2] && (over[2] || ended[2])));
    assert(!(LATE && SOMETHING))
}

init
{
    atomic {
        run manager();
        run beginner();
        if
        :: LATE -> ended[0] = true; run late()
        :: else -> run waiter(0)
        fi;
        run waiter(1);
        run taker();
        run judge()
    }
}
