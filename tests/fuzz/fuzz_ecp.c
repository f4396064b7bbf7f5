/* Any sequence of calls on lists of extra create parameters, beside a model that only counts. */
#include <fltkernel.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            __builtin_trap();                                                                                \
    } while (0)

enum { TYPES = 6 };

static struct {
    PECP_LIST list;
    PVOID made[TYPES]; /* one of each type at most */
    ULONG size[TYPES];
    int in_list[TYPES];
    int order[TYPES], count; /* what the list holds, in order */
    int cleaned;
} model;

static GUID type_of(int i)
{
    return (GUID){(ULONG)i, 7, 7, {1, 2, 3, 4, 5, 6, 7, (UCHAR)i}};
}

static VOID NTAPI cleaned(PVOID context, LPCGUID type)
{
    model.cleaned++;
    model.made[type->Data1] = NULL;
}

static void make(int i, ULONG size)
{
    GUID type = type_of(i);

    if (model.made[i])
        return;
    CHECK(FltAllocateExtraCreateParameter(NULL, &type, size, 0, cleaned, 'zzuF', &model.made[i]) ==
          STATUS_SUCCESS);
    memset(model.made[i], 0xaa, size);
    model.size[i] = size;
    model.in_list[i] = 0;
}

static void insert(int i)
{
    if (!model.made[i])
        return;
    NTSTATUS expected = model.in_list[i] ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    CHECK(FltInsertExtraCreateParameter(NULL, model.list, model.made[i]) == expected);
    if (!model.in_list[i])
        model.order[model.count++] = i;
    model.in_list[i] = 1;
}

static void forget(int i)
{
    int at = 0;

    while (model.order[at] != i)
        at++;
    model.count--;
    memmove(&model.order[at], &model.order[at + 1], (size_t)(model.count - at) * sizeof(int));
    model.in_list[i] = 0;
}

static void take(int i)
{
    GUID type = type_of(i);
    PVOID context = NULL;
    NTSTATUS status = FltRemoveExtraCreateParameter(NULL, model.list, &type, &context, NULL);

    CHECK(status == (model.in_list[i] ? STATUS_SUCCESS : STATUS_NOT_FOUND));
    CHECK(context == (model.in_list[i] ? model.made[i] : NULL));
    if (model.in_list[i])
        forget(i);
}

static void drop(int i)
{
    if (model.made[i] && !model.in_list[i])
        FltFreeExtraCreateParameter(NULL, model.made[i]);
}

static void find(int i)
{
    GUID type = type_of(i);
    PVOID context = NULL;
    ULONG size = 0;
    NTSTATUS status = FltFindExtraCreateParameter(NULL, model.list, &type, &context, &size);

    CHECK(status == (model.in_list[i] ? STATUS_SUCCESS : STATUS_NOT_FOUND));
    CHECK(size == (model.in_list[i] ? model.size[i] : 0));
}

static void walk(void)
{
    PVOID current = NULL, next;
    GUID type;

    for (int n = 0; n < model.count; n++, current = next) {
        CHECK(
            FltGetNextExtraCreateParameter(NULL, model.list, current, &type, &next, NULL) == STATUS_SUCCESS);
        CHECK(next == model.made[model.order[n]] && (int)type.Data1 == model.order[n]);
    }
    CHECK(FltGetNextExtraCreateParameter(NULL, model.list, current, NULL, &next, NULL) == STATUS_NOT_FOUND);
}

static void step(uint8_t action, uint8_t argument)
{
    int i = action / 8 % TYPES;

    switch (action % 8) {
    case 0:
        make(i, argument);
        break;
    case 1:
    case 2:
        insert(i);
        break;
    case 3:
        take(i);
        break;
    case 4:
        drop(i);
        break;
    case 5:
        find(i);
        break;
    default:
        walk();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    memset(&model, 0, sizeof model);
    CHECK(FltAllocateExtraCreateParameterList(NULL, 0, &model.list) == STATUS_SUCCESS);
    for (size_t at = 0; at + 1 < size; at += 2)
        step(input[at], input[at + 1]);
    int in_list = model.count, before = model.cleaned;
    FltFreeExtraCreateParameterList(NULL, model.list);
    CHECK(model.cleaned - before == in_list);
    for (int i = 0; i < TYPES; i++)
        if (model.made[i])
            FltFreeExtraCreateParameter(NULL, model.made[i]);
    return 0;
}
