/*
 * A message's life (src/fltmgr/message.c, src/channel/layout.h): two senders, two readers that may cancel, replies that may come late, a
 * timeout for one sender, a disconnect at any moment.
 *
 * Checked: a message reaches one reader at most, a reply is taken once at most, a get is filled or cancelled and never both, nobody is
 * left waiting (an end in which somebody still waits is an invalid end state): no wake-up is lost between looking and sleeping.
 */
#define SENDERS 2
#define READERS 2
#define NOBODY 0
#define DISCONNECTED_STATUS 9

mtype = { FREE, POSTED, TAKEN, DONE, CANCELLED, WAITING, REPLYING, REPLIED };
mtype = { NONE, ANSWERED, TIMED_OUT, ENDED };

mtype get[READERS] = FREE;
byte holds[READERS];          /* whose message (sender + 1), or the status of a failed get */
byte kick;                    /* grows with each posted get */
mtype exchange[SENDERS] = FREE;
byte private_word[SENDERS];   /* grows at disconnect */
byte received[SENDERS];
byte replies_taken[SENDERS];
mtype outcome[SENDERS] = NONE;
bool disconnected;
bool sleeping[SENDERS];       /* waits for a get */

proctype sender(byte me; bool may_time_out)
{
    byte seen, own, g;
    bool late = false;

look:
    own = private_word[me];
    seen = kick;
    if
    :: disconnected -> outcome[me] = ENDED; goto over
    :: else
    fi;
    /* the exchange is open before the get is completed: a fast reply finds it */
    exchange[me] = WAITING;
    g = READERS;
    if
    :: atomic { get[0] == POSTED -> get[0] = TAKEN }; g = 0
    :: atomic { get[1] == POSTED -> get[1] = TAKEN }; g = 1
    :: get[0] != POSTED && get[1] != POSTED
    fi;
    if
    :: g < READERS ->
        holds[g] = me + 1;
        assert(get[g] == TAKEN);
        get[g] = DONE;
        goto await
    :: else -> exchange[me] = FREE
    fi;
    sleeping[me] = true;
    if
    :: atomic { kick != seen || private_word[me] != own -> sleeping[me] = false }; goto look
    :: atomic { may_time_out -> sleeping[me] = false }; outcome[me] = TIMED_OUT; goto over
    fi;

await:
    if
    :: atomic { exchange[me] == REPLIED -> exchange[me] = FREE; replies_taken[me]++ }; outcome[me] = ANSWERED
    :: atomic { disconnected && exchange[me] != REPLIED -> exchange[me] = FREE }; outcome[me] = ENDED
    :: atomic { may_time_out && exchange[me] != REPLIED -> exchange[me] = FREE }; outcome[me] = TIMED_OUT
    fi;
over:
    assert(outcome[me] != NONE)
}

proctype reader(byte me; bool may_cancel)
{
    byte whose;
    byte rounds = 0;

again:
    atomic {
        if
        :: disconnected -> goto over
        :: else -> holds[me] = NOBODY; get[me] = POSTED
        fi
    }
    kick++;
    if
    :: get[me] == DONE
    :: atomic { may_cancel && get[me] == POSTED -> get[me] = CANCELLED; goto over }
    fi;
    whose = holds[me];
    get[me] = FREE;
    if
    :: whose == DISCONNECTED_STATUS -> goto over
    :: else
    fi;
    assert(whose != NOBODY);
    received[whose - 1]++;
    assert(received[whose - 1] == 1);
    /* claim the exchange, write the reply, publish it: each may find that the sender has withdrawn */
    if
    :: atomic { exchange[whose - 1] == WAITING -> exchange[whose - 1] = REPLYING };
        if
        :: atomic { exchange[whose - 1] == REPLYING -> exchange[whose - 1] = REPLIED }
        :: exchange[whose - 1] != REPLYING
        fi
    :: exchange[whose - 1] != WAITING
    fi;
    rounds++;
    if
    :: rounds < 2 -> goto again
    :: else
    fi;
over:
    skip
}

/* At any moment; or when nobody can go on, and then no sender may be asleep beside a posted get. */
proctype ending(bool at_the_end)
{
    byte i;

    if
    :: !at_the_end
    :: at_the_end && timeout -> assert(!((sleeping[0] || sleeping[1]) && (get[0] == POSTED || get[1] == POSTED)))
    fi;
    disconnected = true;
    i = 0;
    do
    :: i < READERS ->
        if
        :: atomic { get[i] == POSTED -> get[i] = TAKEN }; holds[i] = DISCONNECTED_STATUS; get[i] = DONE
        :: get[i] != POSTED
        fi;
        i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < SENDERS -> private_word[i]++; i++
    :: else -> break
    od;
    assert(replies_taken[0] <= 1 && replies_taken[1] <= 1)
}

init
{
    atomic {
        run sender(0, false);
        run sender(1, true);
        run reader(0, true);
        run reader(1, false);
        if
        :: run ending(false)
        :: run ending(true)
        fi
    }
}
