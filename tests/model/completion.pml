/*
 * Threads that wait at a completion port: src/kernel32/iocp.c (take_one, pass_on, sleep_once), src/channel/guest.c (chan_guest_sleeps) and host.c
 * (tell_done). Two sources, each with a word of shared memory on which takers sleep, beside a word of their own that a packet changes. A
 * message wakes one sleeper of its source, and the system call is made only when some are counted.
 *
 * FUTEX_WAKE may find a thread that another word has woken already and that has not run yet: then one thread was woken for two things. It takes one, and
 * must pass the other on. A thread may go away after whatever it took, and when its time is over.
 *
 * Checked, in all orders: when nothing moves any more, no taker sleeps while there is something to take. With LATE=1 a late taker (the
 * completer of src/fltlib/overlapped.c) looks after the first source: then nothing lies there, even when all takers have gone.
 *
 * checks: LATE=1 LATE=0
 * breaks: NOT_PASSED_ON ONLY_SLEEPERS_PASS_ON COUNT_LATE NO_LAST_LOOK VALUE_LATE NOT_LEFT_OVER
 */
#ifndef LATE
#define LATE 0
#endif
#define TAKERS 2
#define MESSAGES (s == 0 && !LATE -> 2 : 1)

/* shared words */
byte over[2];                   /* gets that are done, by source */
byte sleepers[2], late_sleepers;
bool moved[4];                  /* source's word has changed since the taker read it: 2 * taker + source */
bool late_moved;

/* the process' own */
bool locked;                    /* port.lock */
byte packets;
bool stacked[TAKERS], called[TAKERS];

/* the kernel's: who is asleep, and in which queues threads stand */
bool asleep[TAKERS], on[4], on_own[TAKERS], late_asleep;

#define SOMETHING (packets + over[0] + over[1] > 0)

inline wake_one(s)
{
    if
    :: on[s] -> on[s] = false; asleep[0] = false
    :: on[2 + s] -> on[2 + s] = false; asleep[1] = false
    :: !on[s] && !on[2 + s]
    fi
}

inline call(t)
{
    stacked[t] = false;
    called[t] = true;
    if :: on_own[t] -> on_own[t] = false; asleep[t] = false :: else fi
}

inline call_top()
{
    if
    :: stacked[0] -> call(0)
    :: stacked[1] -> call(1)
    :: !stacked[0] && !stacked[1]
    fi
}

inline wake_late() { late_moved = true; late_asleep = false }

proctype manager(byte s)
{
    byte n;

    do
    :: n == MESSAGES -> break
    :: n < MESSAGES ->
        over[s]++;
        if
        :: sleepers[s] != 0 -> d_step { moved[s] = true; moved[2 + s] = true }; d_step { wake_one(s) }
        :: sleepers[s] == 0 && late_sleepers != 0 && s == 0 -> d_step { wake_late() }
        :: sleepers[s] == 0 && (late_sleepers == 0 || s != 0)
        fi;
        n++
    od
}

proctype poster()
{
    atomic { !locked; d_step { packets++; call_top() } }
}

/* Lock held, by one who was counted and has taken something. */
inline pass_on()
{
    skip;
#ifndef NOT_PASSED_ON
    d_step {
        if
        :: SOMETHING && (stacked[0] || stacked[1]) -> call_top()
        :: else
#ifndef NOT_LEFT_OVER
            if
            :: over[0] > 0 && !stacked[0] && !stacked[1] && late_sleepers != 0 -> wake_late()
            :: else
            fi
#endif
        fi
    }
#endif
}

proctype taker(byte me)
{
    bool slept, timed_out, got, idle, hurries;

again:
    if :: hurries = true :: hurries = false fi;
    slept = false;
    timed_out = false;
    do
    :: true ->
        atomic { !locked -> locked = true;
        d_step {
            got = SOMETHING;
            if
            :: packets > 0 -> packets--
            :: packets == 0 && over[0] > 0 -> over[0]--
            :: packets == 0 && over[0] == 0 && over[1] > 0 -> over[1]--
            :: else
            fi
        };
        if
        :: got && slept -> pass_on()
        :: else
        fi
        };
        if
        :: got || timed_out -> d_step { locked = false; got = false; slept = false; timed_out = false; hurries = false } break
        :: !got && !timed_out
        fi;
#ifdef ONLY_SLEEPERS_PASS_ON
        d_step { stacked[me] = true; idle = true };
#else
        d_step { stacked[me] = true; idle = true; slept = true }; /* counted, from here on */
#endif
#ifdef COUNT_LATE
        idle = !SOMETHING;
#endif
#ifdef VALUE_LATE
        d_step { sleepers[0]++; sleepers[1]++ };
#else
        d_step { sleepers[0]++; moved[2 * me] = false };
        d_step { sleepers[1]++; moved[2 * me + 1] = false };
#endif
#ifndef COUNT_LATE
#ifndef NO_LAST_LOOK
        idle = over[0] == 0;
        if :: idle -> idle = over[1] == 0 :: !idle fi;
#endif
#endif
#ifdef VALUE_LATE
        d_step { moved[2 * me] = false; moved[2 * me + 1] = false };
#endif
        locked = false;
        if
        :: idle ->
            d_step {
                if
                :: !moved[2 * me] && !moved[2 * me + 1] && !called[me] ->
                    asleep[me] = true; on[2 * me] = true; on[2 * me + 1] = true; on_own[me] = true; slept = true
                :: else
                fi
            };
end:        if
            :: !asleep[me]
            :: atomic { hurries && asleep[me] -> asleep[me] = false; on[2 * me] = false; on[2 * me + 1] = false; on_own[me] = false; timed_out = true }
            fi;
            d_step { on[2 * me] = false; on[2 * me + 1] = false; on_own[me] = false }
        :: !idle
        fi;
        atomic {
            !locked;
            d_step {
                sleepers[0]--;
                sleepers[1]--;
                moved[2 * me] = false;
                moved[2 * me + 1] = false;
                idle = false;
                stacked[me] = false;
                called[me] = false
            }
        }
    od;
    if
    :: goto again
    :: skip /* long at something else */
    fi
}

proctype late()
{
    bool some;

    do
    :: true ->
        d_step { late_sleepers++; late_moved = false };
        atomic {
            !locked;
            d_step {
                some = over[0] > 0;
                if
                :: some -> over[0]--; packets++; call_top()
                :: else
                fi
            }
        };
        if
        :: !some ->
            d_step { if :: !late_moved -> late_asleep = true :: else fi };
end:        !late_asleep
        :: some
        fi;
        late_sleepers--
    od
}

proctype judge()
{
    timeout ->
    assert(!(SOMETHING && (asleep[0] || asleep[1])));
    assert(!(LATE && over[0] > 0))
}

init
{
    atomic {
        run manager(0);
        run manager(1);
        run poster();
        run taker(0);
        run taker(1);
        if
        :: LATE -> run late()
        :: else
        fi;
        run judge()
    }
}
