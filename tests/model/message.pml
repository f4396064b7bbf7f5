/*
 * A message's life: src/fltmgr/message.c and messagereply.c (the sender, the end), src/channel/host.c and guest.c (gets), exchange.c and
 * reply.c (exchanges). The states are those of src/channel/layout.h; a get that is COMING is TAKEN here: nobody may cancel it, and the end completes it. Seats and gets of the ring have the same states; here all stand in a ring. What wakes a sleeper is taken to work: it sees every change of the words that it waits for.
 *
 * Two senders, two readers. One sender may time out; one reader may cancel its get, the other answers everything twice; the
 * readers may die wherever they stand; the connection ends at any moment, with the readers alive, or because they have died, or when nobody can go on.
 *
 * Checked, in all orders:
 *   - a message is in one get at most, and a get is filled or cancelled, never both: none disappears into a cancelled one (P-123);
 *   - FilterReplyMessage succeeds once at most for a message, and then, and only then, its sender is answered (P-64); it finds no waiter
 *     only when the sender has gone or was answered (P-87);
 *   - an answer is the one to that message: a late replier does not write into the next reply (the client's lock of each place);
 *   - nobody is left behind: an end in which somebody waits is an error (P-72), and so is a first sender asleep beside a posted get and a
 *     free place (P-43).
 *
 * A step is what the code does at once: a compare-and-swap, a store, or what one side does under its lock with words that only it uses. With
 * one place a sender also meets "all in use" and the place is used again by the next. Each of the words after `breaks` takes something
 * out of the code; the check must fail then (tests/model/run).
 *
 * checks: PLACES=1 PLACES=2
 * breaks: NO_CLIENT_LOCK EXPECT_LATE LEAVE_BY_STORE LOOK_WITHOUT_LOCK TAKE_BY_STORE CANCEL_BY_STORE NO_GENERATION FORCED_WITHDRAW OPEN_LATE END_IS_SILENT
 * breaks: NO_SWEEP NO_LAST_LOOK
 */
#ifndef PLACES
#define PLACES 2
#endif
#define READERS 2
#define NONE 255
#define DISCONNECTED 99 /* what a get holds that the end has completed */

mtype = { FREE, POSTED, TAKEN, DONE, CANCELLED, WAITING, REPLIED };

/* shared memory: written by both ends */
mtype get[READERS] = FREE;      /* chan_get.state; a reader uses the place of its own number */
byte holds[READERS];            /* what was filled in: a message's number, */
byte where[READERS];            /* the place its reply is waited for in, */
byte which[READERS];            /* and that place's generation */
chan ring = [READERS] of { byte }; /* posted gets in order */
mtype state[PLACES] = FREE;     /* chan_exchange.state, and the generation in the same word */
byte generation[PLACES];
byte payload[PLACES];
bool closed;                    /* chan_area.closed */

/* the manager's own, under flt_connection.lock */
bool locked;
bool disconnected;
byte first, second;             /* senders that wait for a get: their message, 0 for none */
bool opened[PLACES];            /* chan_host.open */
byte ours[PLACES];              /* chan_host.generation */

/* has it changed since the sender looked? */
bool word[2];                   /* the sender's own */
bool kick[2];                   /* chan_area.kick */

/* what is counted; messages are numbered from 1 */
byte received[3];
byte accepted[3];               /* FilterReplyMessage has returned S_OK */
byte answered[3];

/* the client's own table (reply.c): what was received over a place and may be answered */
bool held[PLACES];              /* guest_exchange.lock */
byte known[PLACES];             /* guest_exchange.id; 0: answered */
byte waiting[PLACES];           /* guest_exchange.waiting: its generation */
bool wants[READERS];            /* the reader waits for its get */
bool left[3];                   /* the sender has withdrawn */
bool asleep[2];                 /* the first sender, for a get or a place */
bool dead;

/* for those in the queue: nobody else looks */
#define QUEUED(i) (first == i + 1 || second == i + 1)
inline kicked() { kick[0] = QUEUED(0); kick[1] = QUEUED(1) }

inline wake_first()
{
    if
    :: first != 0 -> word[first - 1] = true
    :: else
    fi
}

inline leave_queue()
{
    kick[me] = false;
    if
    :: first == me + 1 -> first = second; second = 0; wake_first()
    :: else -> second = 0
    fi
}

/* chan_host_exchange_open: place is NONE when all are in use. */
inline open_exchange()
{
    place = 0;
    do
    :: place < PLACES && opened[place] -> place++
    :: else -> break
    od;
    if
    :: place == PLACES -> place = NONE
    :: else ->
        opened[place] = true;
        ours[place]++;
        state[place] = WAITING;
        generation[place] = ours[place]
    fi
}

#define ANSWERED(place) (state[place] == REPLIED && generation[place] == ours[place])

/* chan_host_exchange_withdraw of one that was not answered, and exchange_close. */
inline withdraw()
{
    state[place] = FREE;
    opened[place] = false;
    left[me + 1] = delivered
}

/* FltSendMessage with a reply buffer: message me + 1. */
proctype sender(byte me; bool may_time_out)
{
    byte g, place;
    bool delivered, leave;

    d_step {
        !locked ->
        if
        :: first == 0 -> first = me + 1
        :: else -> second = me + 1
        fi
    };

look: /* deliver() */
    atomic {
        !locked;
        word[me] = false;
        kick[me] = false;
        place = NONE;
        g = NONE;
        if
        :: disconnected -> goto give_up
        /* an exchange that is opened and withdrawn before anybody has heard of the message changes nothing */
        :: !disconnected && (first != me + 1 || empty(ring)) -> goto rest
        :: !disconnected && first == me + 1 && nempty(ring) -> locked = true
        fi;
#ifndef OPEN_LATE
        open_exchange();
        if
        :: place == NONE -> locked = false; goto rest
        :: else
        fi
#endif
    };
    /* find_get(): the oldest that is still posted; of a cancelled one the place is given back */
    do
    :: ring ? g;
#ifdef TAKE_BY_STORE
        if
        :: get[g] == POSTED -> get[g] = TAKEN; break
        :: get[g] != POSTED -> get[g] = FREE
        fi
#else
        if
        :: d_step { get[g] == POSTED -> get[g] = TAKEN } break
        :: d_step { get[g] == CANCELLED -> get[g] = FREE; g = NONE }
        fi
#endif
    :: atomic { empty(ring) -> g = NONE; break }
    od;
    atomic {
        locked = false;
        if
        :: g == NONE ->
            if
            :: place != NONE -> withdraw(); ours[place]--; place = NONE /* nobody has seen that generation */
            :: else
            fi;
            goto rest
        :: else -> leave_queue()
        fi
    };
    d_step { holds[g] = me + 1; where[g] = place; which[g] = (place != NONE -> ours[place] : 0); assert(get[g] == TAKEN && (wants[g] || dead)); get[g] = DONE; delivered = true };
#ifdef OPEN_LATE
    d_step { !locked -> open_exchange() };
    if
    :: place == NONE -> goto over
    :: else
    fi;
#endif
    goto await;

rest:
    asleep[me] = first == me + 1;
    if
    :: atomic { (asleep[me] && kick[me]) || word[me] -> asleep[me] = false; goto look }
    :: atomic { may_time_out && !locked -> goto give_up }
    fi;

give_up: /* the lock is free: what follows is one step */
    atomic {
        !locked;
        asleep[me] = false;
        leave_queue();
        goto over
    };

await: /* await_reply(): the reply wins, then the end, then the timeout */
    atomic {
        word[me] = false;
        if
#ifdef FORCED_WITHDRAW
        :: !leave && ANSWERED(place) ->
#else
        :: ANSWERED(place) ->
#endif
            assert(payload[place] == me + 1);
            answered[me + 1]++;
            state[place] = FREE;
            opened[place] = false;
            goto answered_it
        :: else
        fi;
        if
        :: disconnected || leave -> withdraw(); goto answered_it
        :: else
        fi
    };
    if
    :: ANSWERED(place) || word[me]
    :: may_time_out -> leave = true
    fi;
    goto await;

answered_it:
    atomic { !locked -> wake_first() };

over:
    atomic {
        g = 0;
        place = 0;
        leave = false;
        word[me] = false;
        assert(received[me + 1] <= delivered);
        assert(answered[me + 1] == accepted[me + 1] && answered[me + 1] <= 1)
    }
}

#ifdef NO_GENERATION
#define IS(s) (state[place] == s)
#else
#define IS(s) (state[place] == s && generation[place] == mine)
#endif

#ifdef NO_CLIENT_LOCK
#define FREE_LOCK(n) true
#else
#define FREE_LOCK(n) !held[n]
#endif

/* guest_expect, before FilterGetMessage returns. */
inline expect()
{
    atomic {
        FREE_LOCK(place);
        if
#ifndef EXPECT_LATE
        :: mine < waiting[place] -> skip /* the next message's reader was quicker */
#endif
        :: else -> known[place] = m; waiting[place] = mine
        fi
    }
}

/* chan_guest_reply: the place is found by the id, locked, filled in, and left. */
inline reply()
{
    place = 0;
    do
    :: place < PLACES && known[place] != m -> place++
    :: else -> break
    od;
    if
    :: atomic { place == PLACES -> assert(accepted[m] != 0 || left[m]); goto refused } /* P-87 */
    :: place < PLACES
    fi;
#ifdef LOOK_WITHOUT_LOCK
    atomic { known[place] != m -> goto refused }
#endif
    atomic { FREE_LOCK(place) -> held[place] = true };
#ifndef LOOK_WITHOUT_LOCK
    if
    :: atomic { known[place] != m -> held[place] = false; assert(accepted[m] != 0 || left[m]); goto refused }
    :: atomic { known[place] == m -> known[place] = 0; mine = waiting[place] }
    fi;
#else
    atomic { known[place] = 0; mine = waiting[place] };
#endif
    payload[place] = m;
    /* leave_waiting(): REPLIED, unless it was withdrawn */
#ifdef LEAVE_BY_STORE
    d_step { state[place] = REPLIED; accepted[m]++ };
#else
    if
    :: d_step { IS(WAITING) -> state[place] = REPLIED; accepted[m]++ }
    :: d_step { !IS(WAITING) -> assert(left[m]) }
    fi;
#endif
    held[place] = false
}

/* A thread of the client: FilterGetMessage, FilterReplyMessage. */
proctype reader(byte me; bool may_cancel; byte times)
{
    byte m, place, mine, n;

    {
    skip;
again:
    if
    :: closed -> goto over
    :: !closed -> d_step { get[me] = POSTED; wants[me] = true; ring ! me; kicked() }
    fi;
#ifndef NO_LAST_LOOK
    /* posted behind the manager's back while it closed: taken back, or it has been answered */
    if
    :: closed ->
        if
        :: atomic { get[me] == POSTED -> get[me] = CANCELLED; wants[me] = false; goto over }
        :: get[me] != POSTED
        fi
    :: !closed
    fi;
#endif
    if
    :: get[me] == DONE
#ifdef CANCEL_BY_STORE
    :: may_cancel && get[me] == POSTED -> get[me] = CANCELLED; wants[me] = false; goto over
#else
    :: atomic { may_cancel && get[me] == POSTED -> get[me] = CANCELLED; wants[me] = false; goto over }
#endif
    fi;
    atomic {
        m = holds[me];
        place = where[me];
        mine = which[me];
        holds[me] = 0;
        where[me] = 0;
        which[me] = 0;
        assert(m != 0);
        if
        :: m == DISCONNECTED -> get[me] = FREE; wants[me] = false; goto over
        :: else -> received[m]++; assert(received[m] == 1); n = times
        fi
    };
    if
    :: place != NONE -> expect()
    :: else
    fi;
    atomic { get[me] = FREE; wants[me] = false };
    do
    :: n > 0 -> reply();
refused:
        atomic { place = 0; mine = 0; n-- }
    :: atomic { n == 0 -> m = 0; goto again }
    od;
over:
    skip
    } unless { dead }
}

/* connection_disconnect: at any moment, after the readers' death, or when nobody can go on. */
proctype ending(byte how)
{
    byte g;

    if
    :: how == 0
    :: how == 1 -> dead = true
    :: how == 2 && timeout -> assert(!asleep[0] && !asleep[1] || get[0] != POSTED && get[1] != POSTED)
    fi;
    d_step {
        !locked -> locked = true;
        disconnected = true;
        closed = true;
#ifndef END_IS_SILENT
        word[0] = true;
        word[1] = true
#endif
    };
#ifndef NO_SWEEP
    do
    :: ring ? g ->
        if
        :: d_step { get[g] == POSTED -> get[g] = TAKEN }
            d_step { holds[g] = DISCONNECTED; get[g] = DONE }
        :: d_step { get[g] == CANCELLED -> get[g] = FREE }
        fi
    :: atomic { empty(ring) -> g = 0; break }
    od;
#endif
    locked = false
}

init
{
    atomic {
        run sender(0, true);
        run sender(1, false);
        run reader(0, true, 1);
        run reader(1, false, 2);
        if
        :: run ending(0)
        :: run ending(1)
        :: run ending(2)
        fi
    }
}
