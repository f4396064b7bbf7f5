/* The mailslots, for fltmc. Any thread. */
#include "daemon/serve.h"

#include "msfs/msfs.h"

#include <ntstatus.h>

struct slot_list {
    struct answer *answer;
    bool any;
};

static bool each_slot(const struct msfs_slot_info *info, void *context)
{
    struct slot_list *list = context;
    struct answer *a = list->answer;
    const struct msfs_slot_counters *c = &info->counters;

    answer_printf(a, "%s{\"name\":", list->any ? "," : "");
    serve_json_name(a, &info->name);
    answer_printf(a, ",\"messages\":%u,\"bytes\":%lu", info->messages, (unsigned long)info->bytes);
    if (info->next_size != MAILSLOT_NO_MESSAGE)
        answer_printf(a, ",\"nextBytes\":%u", info->next_size);
    answer_printf(a, ",\"maximum\":%u,\"quota\":%u,\"readTimeout\":%lld", info->maximum, info->quota,
        (long long)info->read_timeout.QuadPart);
    answer_printf(a, ",\"readers\":%u,\"writers\":%u,\"waitingReads\":%u", info->servers, info->clients,
        info->waiting_reads);
    answer_printf(a,
        ",\"counters\":{\"written\":%lu,\"read\":%lu,\"refused\":%lu,\"timedOut\":%lu,\"tooSmall\":%lu}}",
        (unsigned long)c->written, (unsigned long)c->read, (unsigned long)c->refused,
        (unsigned long)c->timed_out, (unsigned long)c->too_small);
    list->any = true;
    return NT_SUCCESS(a->status);
}

void serve_mailslots(const struct request *r, struct answer *a)
{
    struct slot_list list = {.answer = a};

    (void)r;
    a->status = STATUS_SUCCESS;
    answer_printf(a, "[");
    msfs_enumerate(each_slot, &list);
    answer_printf(a, "]");
}
