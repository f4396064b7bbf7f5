/*
 * Looking, sleeping and waking: src/channel/wait.h, and how host.c, exchange.c (the manager's senders), guest.c and reply.c (the client's readers) use
 * it. What a message is and who may answer it is message.pml's; here it is only asked whether somebody sleeps for ever.
 *
 * Two senders with a message each, READERS readers that answer all. A wait is a look that may be enough at any moment (spinning, for as long
 * as one likes), then a sleep: mark the word (WAIT_ASLEEP) by compare-and-swap, sleep while it has that value. A change of the word is an exchange, and the
 * system call is made when the old value bore the mark: the claim of the one sleeper. A sender takes any posted seat.
 * A large message may be COMING first: that change wakes its reader, too, who copies what is there and may sleep once more.
 * Senders that find no seat stand in a queue; the first sleeps on `kick` beside its private word, the other on its private word.
 * With one reader the client may be hostile instead: wake-ups of shared words disappear, sleepers are moved away, marks are wiped off or set for
 * nothing. Then the end of the connection, which wakes private words, must free every sender.
 *
 * Checked, in all orders: an end in which a sender sleeps is an error. Readers may sleep when there is no message.
 *
 * checks: READERS=1 READERS=2
 * breaks: MARK_LATE WAKE_BY_LOOK POST_AFTER_KICK COUNT_LATE SHARED_ALONE NEXT_IS_NOT_WOKEN COMING_WIPES_THE_MARK
 */
#ifndef READERS
#define READERS 1
#endif
#define TURNS 1
#define NOBODY 255

mtype = { FREE, POSTED, TAKEN, COMING, DONE, WAITING, REPLIED };

/* shared words, each with its mark */
mtype seat[READERS] = FREE;
bool seat_mark[READERS];
byte whose[READERS];              /* the sender that has filled the seat */
mtype exchange[2] = FREE;
bool exchange_mark[2];
mtype mark_seen[2] = FREE;        /* what a sender saw when it marked */
bool kick[2];                     /* has changed since the sender looked */
byte kick_sleepers;

/* private */
bool own[2];                      /* the sender's word has changed since it looked */
bool claimed[READERS];            /* host_get.busy */
bool queued[2];
byte first = NOBODY;
bool ended;

/* whom the kernel has asleep, and which words' wake-ups reach him */
bool reader_asleep[READERS];
bool asleep[2], by_kick[2], by_exchange[2], by_own[2];

inline up(i) { asleep[i] = false; by_kick[i] = false; by_exchange[i] = false; by_own[i] = false }

/* FUTEX_WAKE of one sleeper, and the private word's change with its own */
inline wake_kick()
{
    if
    :: by_kick[0] -> up(0)
    :: by_kick[1] -> up(1)
    :: !by_kick[0] && !by_kick[1]
    fi
}
inline wake_exchange(i) { if :: by_exchange[i] -> up(i) :: else fi }
inline wake_own(i) { own[i] = true; if :: by_own[i] -> up(i) :: else fi }

#define kick_all() kick[0] = true; kick[1] = true

inline enter() { d_step { queued[me] = true; if :: first == NOBODY -> first = me :: else fi } }
inline leave()
{
    d_step {
        queued[me] = false;
        if
        :: first == me && queued[1 - me] -> first = 1 - me;
#ifndef NEXT_IS_NOT_WOKEN
            wake_own(1 - me)
#endif
        :: first == me && !queued[1 - me] -> first = NOBODY
        :: else
        fi
    }
}

/* A seat is taken, or s is READERS: none, or it is not this sender's turn. */
inline look()
{
    s = 0;
    do
    :: s == 0 && (in_queue && first != me || !in_queue && first != NOBODY) -> s = READERS; break
    :: s == READERS -> break
    :: s < READERS && seat[s] != POSTED -> s++
    :: s < READERS && seat[s] == POSTED ->
        if
        :: claimed[s] -> s++
        :: d_step { !claimed[s] -> claimed[s] = true }
            if
            :: d_step { seat[s] == POSTED -> seat[s] = TAKEN } break
            :: d_step { seat[s] != POSTED -> claimed[s] = false; kick_all(); wake_kick() } s++
            fi
        fi
    od
}

/* futex_waitv: asleep only while all words are as they were */
inline sleep_for_get()
{
    if
    :: first != me -> d_step { if :: !own[me] -> asleep[me] = true; by_own[me] = true :: else fi }
        !asleep[me]
    :: first == me ->
#ifndef COUNT_LATE
        kick_sleepers++;
#endif
        if
        :: d_step { !kick[me] && !own[me] -> asleep[me] = true; by_kick[me] = true;
#ifndef SHARED_ALONE
            by_own[me] = true
#endif
            }
#ifdef COUNT_LATE
            kick_sleepers++;
#endif
            !asleep[me];
#ifdef COUNT_LATE
            kick_sleepers--
#endif
        :: kick[me] || own[me]
        fi;
#ifndef COUNT_LATE
        kick_sleepers--
#endif
    fi
}

proctype sender(byte me)
{
    byte turn, s;
    bool in_queue;

    do
    :: turn == TURNS -> break
    :: turn < TURNS ->
        do
        :: atomic { own[me] = false; kick[me] = false; if :: ended -> goto gone :: else fi };
            look();
            if
            :: s < READERS -> break
            :: s == READERS && !in_queue -> enter(); in_queue = true
            :: s == READERS && in_queue -> sleep_for_get()
            fi
        od;
        if
        :: in_queue -> leave(); in_queue = false
        :: else
        fi;
        d_step { exchange[me] = WAITING; exchange_mark[me] = false; whose[s] = me };
        if /* chan_host_fill: a large message */
        :: d_step {
            seat[s] = COMING;
            if
            :: seat_mark[s] -> seat_mark[s] = false;
#ifndef COMING_WIPES_THE_MARK
                reader_asleep[s] = false
#endif
            :: else
            fi
            }
        :: skip
        fi;
        claimed[s] = false;
#ifdef WAKE_BY_LOOK
        if
        :: seat_mark[s] -> d_step { seat[s] = DONE; seat_mark[s] = false; reader_asleep[s] = false }
        :: !seat_mark[s] -> d_step { seat[s] = DONE; seat_mark[s] = false }
        fi;
#else
        d_step { seat[s] = DONE; if :: seat_mark[s] -> seat_mark[s] = false; reader_asleep[s] = false :: else fi };
#endif
        do
        :: d_step { exchange[me] == REPLIED -> exchange[me] = FREE } break
        :: exchange[me] != REPLIED ->
            atomic { own[me] = false; if :: ended -> goto gone :: else fi };
            if
            :: d_step { exchange[me] != REPLIED -> exchange_mark[me] = true; mark_seen[me] = exchange[me] }
                d_step {
                    if
                    :: exchange[me] == mark_seen[me] && exchange_mark[me] && !own[me] -> asleep[me] = true; by_exchange[me] = true;
#ifndef SHARED_ALONE
                        by_own[me] = true
#endif
                    :: else
                    fi
                };
                !asleep[me]
            :: exchange[me] == REPLIED
            fi
        od;
        turn++
    od;
gone:
    if
    :: in_queue -> leave()
    :: else
    fi
}

proctype reader(byte me)
{
    byte m;

    do
    :: true ->
#ifdef POST_AFTER_KICK
        d_step { kick_all() };
        d_step { if :: kick_sleepers != 0 -> wake_kick() :: else fi };
        d_step { seat[me] = POSTED; seat_mark[me] = false };
#else
        d_step { seat[me] = POSTED; seat_mark[me] = false };
        d_step { kick_all() };
        d_step { if :: kick_sleepers != 0 -> wake_kick() :: else fi };
#endif
        do
        :: seat[me] == DONE -> break
        :: seat[me] != DONE ->
#ifdef MARK_LATE
            reader_asleep[me] = true;
            seat_mark[me] = true;
#else
            if
            :: d_step { seat[me] != DONE -> seat_mark[me] = true }
            :: seat[me] == DONE -> break
            fi;
            d_step { if :: seat[me] != DONE && seat_mark[me] -> reader_asleep[me] = true :: else fi };
#endif
end:        !reader_asleep[me] /* for ever, when there is no message any more */
        od;
        m = whose[me];
        seat[me] = FREE;
        d_step {
            if
            :: exchange[m] == WAITING ->
                exchange[m] = REPLIED;
                if
                :: exchange_mark[m] -> exchange_mark[m] = false; wake_exchange(m)
                :: else
                fi
            :: else
            fi
        }
    od
}

/* A hostile client: sleepers of shared words are moved away, marks are wiped off and set, words change. */
proctype thief()
{
    byte left = 1;

    do
    :: left == 0 -> break
    :: left > 0 -> left--;
        if
        :: exchange_mark[0] = !exchange_mark[0]
        :: exchange_mark[1] = !exchange_mark[1]
        :: d_step { by_kick[0] = false; by_kick[1] = false }
        :: d_step { by_exchange[0] = false; by_exchange[1] = false }
        :: d_step { exchange[0] = REPLIED; exchange_mark[0] = false }
        :: seat[0] = FREE
        :: d_step { kick_all() }
        fi
    od
}

/* connection_disconnect, at any moment: whatever the shared words say, nobody stays */
proctype ending()
{
    ended = true;
    d_step { wake_own(0) };
    d_step { wake_own(1) }
}

init
{
    atomic {
        run sender(0);
        run sender(1);
        run reader(0);
#if READERS > 1
        run reader(1)
#else
        if
        :: run thief(); run ending()
        :: skip
        fi
#endif
    }
}
