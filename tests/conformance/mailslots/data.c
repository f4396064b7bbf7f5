/* Reading and writing: test groups 3 and 4 of mailslots.md section 15 (M-88 to M-111). */
#include "slots.h"

/* ---- one message ---- */

static void whole_messages(void **state)
{
    HANDLE server = slot_server(u"fifo", (struct slot){0}), client = slot_client(u"fifo"),
           other = slot_client(u"FIFO");
    assert_status(STATUS_SUCCESS, slot_write(client, "one"));
    assert_status(STATUS_SUCCESS, slot_write(other, "two and more"));
    assert_status(STATUS_SUCCESS, slot_write(client, "3"));
    slot_expect_counts(server, 3, 3);
    slot_expect(server, "one");
    slot_expect_counts(server, 12, 2);
    slot_expect(server, "two and more");
    slot_expect(server, "3");
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    slot_close(client);
    slot_close(other);
    slot_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("M-90 M-109 a read takes one whole message, in the order of the writes", whole_messages),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
